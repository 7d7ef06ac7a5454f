// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/pair_rows.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/dtype_dispatch.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "kernels/registration/pair_pixels.hpp"

namespace ppatch {
namespace {

template <class V>
class ImageRows final : public PairRows<V> {
 public:
  explicit ImageRows(const ImageView& image) : image_(image) {
    this->count = image.count;
    this->height = image.height;
    this->width = image.width;
  }

  void read(std::int64_t y, V* values, const PairSpare&) const override {
    for (std::int64_t m = 0; m < this->count; ++m) {
      V* const to = values + m * this->width;
      for (std::int64_t x = 0; x < this->width; ++x) {
        to[x] = static_cast<V>(sample_at(image_, m, y, x));
      }
    }
  }

 private:
  ImageView image_;
};

// Pixels of 16 bits less a level of few binary places, and sums of two, are exact in single
// precision; their quotients are then as in double precision rounded to single. (Sums of more may
// cancel, and leave rounding in double precision alone.)
bool is_exact_level(double level) {
  return std::abs(level) <= 65535.0 && level == std::rint(16.0 * level) / 16.0;
}

template <class T>
class RawRows final : public RawPairRows {
 public:
  RawRows(const SceneImageView& image, const CfaPattern& cfa, int block_side,
          const PairLoops& loops)
      : image_(image), cfa_(cfa), loops_(loops) {
    block = block_side;
    pixel_height = image.height;
    pixel_width = image.width;
    count = cfa.period > 1 ? 3 : 1;
    height = pixel_height / block;
    width = pixel_width / block;
    in_singles_ =
        std::is_integral_v<T> && image.stride_x == 1 && block <= 2 && is_exact_level(image.white);
    for (int y = 0; y < cfa.period; ++y) {
      for (std::int64_t x = 0; x < pixel_lanes; ++x) {
        const double black = image.black[y * cfa.period + static_cast<int>(x % cfa.period)];
        black_[y][x] = black;
        span_[y][x] = image.white - black;
        single_black_[y][x] = static_cast<float>(black);
        single_span_[y][x] = static_cast<float>(span_[y][x]);
        double& span = colour_span_[cfa.at(y, x)];
        if (span == 0.0) span = span_[y][x];
        in_singles_ = in_singles_ && is_exact_level(black) && span == span_[y][x];
      }
    }
  }

  double sum_pixels(std::int64_t y, const PairSpare& spare) const override {
    if (in_singles_) {
      less_black(y, spare.singles);
      loops_.divide(spare.singles, single_span_[y % cfa_.period], spare.singles, pixel_width);
    } else {
      normalise(y, spare.doubles);
      std::transform(spare.doubles, spare.doubles + pixel_width, spare.singles,
                     [](double value) { return static_cast<float>(value); });
    }
    return loops_.sum(spare.singles, pixel_width);
  }

  void read(std::int64_t y, float* values, const PairSpare& spare) const override {
    for (int j = 0; j < block; ++j) {
      if (in_singles_) {
        less_black(y * block + j, spare.singles + j * pixel_width);
      } else {
        normalise(y * block + j, spare.doubles + j * pixel_width);
      }
    }
    if (in_singles_) {
      combine(y, values, spare.singles);
    } else {
      combine(y, values, spare.doubles);
    }
  }

 private:
  void less_black(std::int64_t y, float* out) const {
    const T* const row = image_.row<T>(y);
    const float* const black = single_black_[y % cfa_.period];
    if constexpr (std::is_same_v<T, std::uint8_t>) {
      loops_.bytes_less_black(row, black, out, pixel_width);
    } else if constexpr (std::is_same_v<T, std::int16_t>) {
      loops_.signed_less_black(row, black, out, pixel_width);
    } else if constexpr (std::is_same_v<T, std::uint16_t>) {
      loops_.less_black(row, black, out, pixel_width);
    }
  }

  void normalise(std::int64_t y, double* values) const {
    const T* const row = image_.row<T>(y);
    const std::int64_t stride = image_.stride_x;
    const double* const black = black_[y % cfa_.period];
    const double* const span = span_[y % cfa_.period];
    for (std::int64_t x = 0; x < pixel_width; x += pixel_lanes) {
      const std::int64_t n = std::min(pixel_lanes, pixel_width - x);
      for (std::int64_t l = 0; l < n; ++l) {
        values[x + l] = (static_cast<double>(row[(x + l) * stride]) - black[l]) / span[l];
      }
    }
  }

  // pixels: less black; or normalised, in double precision.
  template <class P>
  void combine(std::int64_t y, float* values, const P* pixels) const {
    constexpr bool normalised = std::is_same_v<P, double>;
    if constexpr (!normalised) {
      if (count == 1) {
        loops_.divide(pixels, single_span_[0], values, width);
        return;
      }
      int colours[4], greens = 0;
      for (int i = 0; i < 4; ++i) {
        colours[i] = colour(y, 0, i);
        greens += colours[i] == 1 ? 1 : 0;
      }
      if (greens == 2) {
        float spans[3];
        for (int c = 0; c < 3; ++c) {
          spans[c] = static_cast<float>((c == 1 ? 2.0 : 1.0) * colour_span_[c]);
        }
        loops_.bin_bayer(pixels, pixels + pixel_width, colours, spans, values, width);
        return;
      }
    }
    if (normalised && count == 1) {
      for (std::int64_t x = 0; x < width; ++x) values[x] = static_cast<float>(pixels[x]);
    } else if (block == 2) {
      bin<2, 1>(y, values, pixels);
    } else if constexpr (normalised) {
      bin<3, 2>(y, values, pixels);
    }
  }

  // Blocks of side Block, of which Kinds in a row have their colours at the same places: constant,
  // so that loops are made of vectors.
  template <int Block, int Kinds, class P>
  void bin(std::int64_t y, float* values, const P* pixels) const {
    constexpr std::int64_t stretch = 64;
    for (int k = 0; k < Kinds; ++k) {
      const std::int64_t all = (width - k + Kinds - 1) / Kinds;
      for (int c = 0; c < 3; ++c) {
        int found = 0;
        for (int i = 0; i < Block * Block; ++i) found += colour(y, k, i) == c ? 1 : 0;
        const double span = std::is_same_v<P, double> ? 1.0 : colour_span_[c];
        const auto divisor = static_cast<P>(found * span);
        for (std::int64_t first = 0; first < all; first += stretch) {
          const std::int64_t n = std::min(stretch, all - first);
          P sum[stretch] = {};
          for (int i = 0; i < Block * Block; ++i) {
            if (colour(y, k, i) != c) continue;
            const P* const from = pixels + i / Block * pixel_width + i % Block +
                                  (std::int64_t{k} + first * Kinds) * Block;
            for (std::int64_t x = 0; x < n; ++x) sum[x] += from[x * Kinds * Block];
          }
          float* const to = values + c * width + k + first * Kinds;
          for (std::int64_t x = 0; x < n; ++x) {
            to[x * Kinds] = static_cast<float>(sum[x] / divisor);
          }
        }
      }
    }
  }

  // Of pixel i of a block of that kind in row y of blocks.
  int colour(std::int64_t y, int kind, int i) const {
    return cfa_.at(y * block + i / block, std::int64_t{kind} * block + i % block);
  }

  SceneImageView image_;
  CfaPattern cfa_;
  const PairLoops& loops_;
  double black_[6][pixel_lanes], span_[6][pixel_lanes];
  float single_black_[6][pixel_lanes], single_span_[6][pixel_lanes];
  double colour_span_[3] = {0.0, 0.0, 0.0};
  bool in_singles_ = false;  // less black, and sums of these: they are exact
};

}  // namespace

template <class V>
std::unique_ptr<PairRows<V>> rows_of(const ImageView& image) {
  return std::make_unique<ImageRows<V>>(image);
}
template std::unique_ptr<PairRows<float>> rows_of(const ImageView& image);
template std::unique_ptr<PairRows<double>> rows_of(const ImageView& image);

std::unique_ptr<RawPairRows> rows_of(const SceneImageView& image, const CfaPattern& cfa, int block,
                                     const PairLoops& loops) {
  std::unique_ptr<RawPairRows> rows;
  with_sample(image.dtype, [&](auto sample) {
    rows = std::make_unique<RawRows<decltype(sample)>>(image, cfa, block, loops);
  });
  return rows;
}

}  // namespace ppatch
