// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/pair_rows.hpp"

#include <algorithm>

#include "core/dtype_dispatch.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "kernels/registration/pair_pixels.hpp"

namespace ppatch {
namespace {

class ImageRows final : public PairRows {
 public:
  explicit ImageRows(const ImageView& image) : image_(image) {
    count = image.count;
    height = image.height;
    width = image.width;
  }

  void read(std::int64_t y, double* values, double*) const override {
    for (std::int64_t m = 0; m < count; ++m) {
      for (std::int64_t x = 0; x < width; ++x) values[m * width + x] = sample_at(image_, m, y, x);
    }
  }

  void normalise(std::int64_t, double*) const override {}

 private:
  ImageView image_;
};

template <class T>
class RawRows final : public PairRows {
 public:
  RawRows(const SceneImageView& image, const CfaPattern& cfa, int block_side)
      : image_(image), cfa_(cfa) {
    block = block_side;
    pixel_height = image.height;
    pixel_width = image.width;
    count = cfa.period > 1 ? 3 : 1;
    height = pixel_height / block;
    width = pixel_width / block;
    for (int y = 0; y < cfa.period; ++y) {
      for (std::int64_t x = 0; x < pixel_lanes; ++x) {
        black_[y][x] = image.black[y * cfa.period + static_cast<int>(x % cfa.period)];
        span_[y][x] = image.white - black_[y][x];
      }
    }
  }

  void normalise(std::int64_t y, double* values) const override {
    const T* const row = image_.row<T>(y);
    const std::int64_t stride = image_.stride_x;
    const double* const black = black_[y % cfa_.period];
    const double* const span = span_[y % cfa_.period];
    for (std::int64_t x = 0; x < pixel_width; x += pixel_lanes) {
      const std::int64_t n = std::min(pixel_lanes, pixel_width - x);
      if (stride == 1) {
        for (std::int64_t l = 0; l < n; ++l) {
          values[x + l] = (static_cast<double>(row[x + l]) - black[l]) / span[l];
        }
      } else {
        for (std::int64_t l = 0; l < n; ++l) {
          values[x + l] = (static_cast<double>(row[(x + l) * stride]) - black[l]) / span[l];
        }
      }
    }
  }

  void read(std::int64_t y, double* values, double* spare) const override {
    for (int j = 0; j < block; ++j) normalise(y * block + j, spare + j * pixel_width);
    if (count == 1) {
      for (std::int64_t x = 0; x < width; ++x) values[x] = single(spare[x]);
      return;
    }
    if (block == 2) {
      bin<2, 1>(y, values, spare);
    } else {
      bin<3, 2>(y, values, spare);
    }
  }

 private:
  // Blocks of side Block, of which Kinds in a row have their colours at the same places: constant,
  // so that loops are made of vectors.
  template <int Block, int Kinds>
  void bin(std::int64_t y, double* values, const double* pixels) const {
    for (int k = 0; k < Kinds; ++k) {
      const std::int64_t n = (width - k + Kinds - 1) / Kinds;
      for (int c = 0; c < 3; ++c) {
        double* const to = values + c * width + k;
        int found = 0;
        for (int i = 0; i < Block * Block; ++i) {
          if (colour(y, k, i) != c) continue;
          const double* const from =
              pixels + i / Block * pixel_width + i % Block + std::int64_t{k} * Block;
          if (found++ == 0) {
            for (std::int64_t x = 0; x < n; ++x) to[x * Kinds] = 0.0 + from[x * Kinds * Block];
          } else {
            for (std::int64_t x = 0; x < n; ++x) to[x * Kinds] += from[x * Kinds * Block];
          }
        }
        for (std::int64_t x = 0; x < n; ++x) to[x * Kinds] = single(to[x * Kinds] / found);
      }
    }
  }

  // Of pixel i of a block of that kind in row y of blocks.
  int colour(std::int64_t y, int kind, int i) const {
    return cfa_.at(y * block + i / block, std::int64_t{kind} * block + i % block);
  }

  SceneImageView image_;
  CfaPattern cfa_;
  double black_[6][pixel_lanes], span_[6][pixel_lanes];
};

}  // namespace

std::unique_ptr<PairRows> rows_of(const ImageView& image) {
  return std::make_unique<ImageRows>(image);
}

std::unique_ptr<PairRows> rows_of(const SceneImageView& image, const CfaPattern& cfa, int block) {
  std::unique_ptr<PairRows> rows;
  with_sample(image.dtype, [&](auto sample) {
    rows = std::make_unique<RawRows<decltype(sample)>>(image, cfa, block);
  });
  return rows;
}

}  // namespace ppatch
