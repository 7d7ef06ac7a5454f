// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/mosaic_resample.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "parts.hpp"

namespace ptychopatch::alignment {
namespace {

constexpr double kernel_sigma = 0.5, spread_floor = 0.03;  // pixels, and of their squares
constexpr float beyond = 1e30F;                            // where an image ends

int reach_of(const mosaics::Cfa& cfa) { return cfa.period == 2 ? 2 : 3; }

// exp(-d^2 / (2 sigma^2)) of the offsets -reach, ..., reach on an axis, d being an offset less the
// part of a pixel.
class Weights {
 public:
  explicit Weights(int reach) : reach_(reach) {}

  double part() const { return part_; }
  void set_part(double part) {
    if (part == part_) return;
    part_ = part;
    for (int offset = -reach_; offset <= reach_; ++offset) {
      const double d = (offset - part) / kernel_sigma;
      values_[index(offset)] = std::exp(-d * d / 2);
    }
  }
  double at(int offset) const { return values_[index(offset)]; }

 private:
  std::size_t index(int offset) const {
    const int i = offset + reach_;
    return static_cast<std::size_t>(i);
  }

  int reach_;
  double part_ = 2;  // none of a pixel
  std::array<double, 7> values_{};
};

struct Offset {
  std::int8_t y, x;
};

// The offsets from a pixel of that phase at which the colour is the one.
class Neighbours {
 public:
  explicit Neighbours(const mosaics::Cfa& cfa) : period_(cfa.period) {
    const int reach = reach_of(cfa);
    for (int i = 0; i < 3 * period_ * period_; ++i) {
      const int colour = i % 3, y = i / 3 / period_, x = i / 3 % period_;
      std::vector<Offset>& list = lists_.emplace_back();
      for (int dy = -reach; dy <= reach; ++dy) {
        for (int dx = -reach; dx <= reach; ++dx) {
          if (cfa.colour(y + dy + period_, x + dx + period_) != colour) continue;
          list.push_back({static_cast<std::int8_t>(dy), static_cast<std::int8_t>(dx)});
        }
      }
    }
  }

  const std::vector<Offset>& of(int colour, std::int64_t y, std::int64_t x) const {
    return lists_[static_cast<std::size_t>(((y % period_) * period_ + x % period_) * 3 + colour)];
  }

 private:
  int period_;
  std::vector<std::vector<Offset>> lists_;
};

// Of one image: its values at places between its pixels.
class PixelFit {
 public:
  PixelFit(const MosaicPixels& image, const Neighbours& neighbours)
      : image_(image),
        neighbours_(neighbours),
        by_y_(reach_of(image.cfa)),
        by_x_(reach_of(image.cfa)) {}

  struct Value {
    float value = std::numeric_limits<float>::quiet_NaN();
    float weight = 0;
  };

  Value at(double y, double x, int colour) {
    const double near_y = std::nearbyint(y), near_x = std::nearbyint(x);
    if (!(near_y >= 0 && near_x >= 0 && near_y < static_cast<double>(image_.height) &&
          near_x < static_cast<double>(image_.width))) {
      return {};
    }
    // Most pixels have the parts of the one before them: those of a shift have all.
    by_y_.set_part(y - near_y);
    by_x_.set_part(x - near_x);
    return fitted(static_cast<std::int64_t>(near_y), static_cast<std::int64_t>(near_x), colour);
  }

 private:
  Value fitted(std::int64_t own_y, std::int64_t own_x, int colour) const {
    double unknown = 0, w0 = 0, wy = 0, wx = 0, wyy = 0, wxy = 0, wxx = 0, v0 = 0, vy = 0, vx = 0;
    for (const Offset each : neighbours_.of(colour, own_y, own_x)) {
      const std::int64_t row = own_y + each.y, column = own_x + each.x;
      if (row < 0 || column < 0 || row >= image_.height || column >= image_.width) continue;
      const float pixel = image_.pixels[static_cast<std::size_t>(row * image_.width + column)];
      const double w = by_y_.at(each.y) * by_x_.at(each.x);
      if (std::isnan(pixel)) {
        unknown += w;
        continue;
      }
      const double ry = each.y - by_y_.part(), rx = each.x - by_x_.part(), v = w * pixel;
      w0 += w, wy += w * ry, wx += w * rx;
      wyy += w * ry * ry, wxy += w * ry * rx, wxx += w * rx * rx;
      v0 += v, vy += v * ry, vx += v * rx;
    }
    if (!(w0 > unknown)) return {};
    wyy += spread_floor * w0;
    wxx += spread_floor * w0;
    const double determinant = wyy * wxx - wxy * wxy;
    const double ay = (wxy * wx - wxx * wy) / determinant;
    const double ax = (wxy * wy - wyy * wx) / determinant;
    const double weight = w0 + ay * wy + ax * wx;
    if (!(weight > 0)) return {};
    return {static_cast<float>((v0 + ay * vy + ax * vx) / weight), static_cast<float>(weight)};
  }

  const MosaicPixels& image_;
  const Neighbours& neighbours_;
  Weights by_y_, by_x_;
};

}  // namespace

SourcePositions::SourcePositions(const Context& context, const Aligned& aligned,
                                 std::int64_t image_height, std::int64_t image_width,
                                 std::int64_t height, std::int64_t width)
    : width_(width), shift_{aligned.shift.shift[0], aligned.shift.shift[1]} {
  if (!aligned.motion || aligned.motion->motion.status != PPATCH_SHIFT_STATUS_OK) return;
  // The motion moves a plane of coordinates, of which linear taps are exact.
  formats::UnforkedVector<float> coordinates(static_cast<std::size_t>(image_height * image_width));
  ppatch_resample_options options{};
  options.struct_size = sizeof options;
  options.interpolation = PPATCH_INTERPOLATION_BILINEAR;
  options.boundary = PPATCH_BOUNDARY_CONSTANT;
  options.constant = beyond;
  for (formats::UnforkedVector<float>* axis : {&y_, &x_}) {
    for (std::size_t i = 0; i < coordinates.size(); ++i) {
      const std::size_t columns = static_cast<std::size_t>(image_width);
      coordinates[i] = static_cast<float>(axis == &y_ ? i / columns : i % columns);
    }
    axis->resize(static_cast<std::size_t>(height * width));
    image_warp(context, array(coordinates.data(), PPATCH_F32, {image_height, image_width}),
               *aligned.motion, array(axis->data(), PPATCH_F32, {height, width}), options);
  }
}

SourcePositions::Position SourcePositions::at(std::int64_t y, std::int64_t x) const {
  if (y_.empty()) {
    return {static_cast<double>(y) - shift_[0], static_cast<double>(x) - shift_[1]};
  }
  const auto i = static_cast<std::size_t>(y * width_ + x);
  return {y_[i], x_[i]};
}

void resample_mosaic(const MosaicPixels& image, const SourcePositions& positions,
                     const mosaics::Cfa& reference, std::int64_t height, std::int64_t width,
                     std::span<float> values, std::span<float> weights, int threads) {
  const Neighbours neighbours(image.cfa);
  const auto rows = [&](std::int64_t begin, std::int64_t end) {
    PixelFit fit(image, neighbours);
    for (std::int64_t y = begin; y < end; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        const auto i = static_cast<std::size_t>(y * width + x);
        const auto [at_y, at_x] = positions.at(y, x);
        const PixelFit::Value found = fit.at(at_y, at_x, reference.colour(y, x));
        values[i] = found.value;
        weights[i] = found.weight;
      }
    }
  };
  app::in_parts(height, threads, rows);
}

}  // namespace ptychopatch::alignment
