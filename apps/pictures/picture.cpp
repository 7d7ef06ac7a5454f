// SPDX-License-Identifier: Apache-2.0
#include "pictures/picture.hpp"

#include <algorithm>
#include <cmath>

namespace ptychopatch::pictures {

Picture::Picture(std::int64_t height, std::int64_t width, Rgb fill)
    : height_(height), width_(width), rgb_(static_cast<std::size_t>(3 * height * width)) {
  for (std::size_t i = 0; i < rgb_.size(); ++i) rgb_[i] = fill[i % 3];
}

Rgb Picture::at(std::int64_t y, std::int64_t x) const {
  const auto i = static_cast<std::size_t>(3 * (y * width_ + x));
  return {rgb_[i], rgb_[i + 1], rgb_[i + 2]};
}

void Picture::set(std::int64_t y, std::int64_t x, Rgb colour) {
  std::copy(colour.begin(), colour.end(), rgb_.begin() + 3 * (y * width_ + x));
}

void Picture::blend(std::int64_t y, std::int64_t x, Rgb colour, double opacity) {
  if (y < 0 || x < 0 || y >= height_ || x >= width_) return;
  Rgb mixed = at(y, x);
  for (std::size_t c = 0; c < 3; ++c) {
    mixed[c] = static_cast<std::uint8_t>(
        std::lround(mixed[c] + opacity * (static_cast<double>(colour[c]) - mixed[c])));
  }
  set(y, x, mixed);
}

void Picture::paste(const Picture& other, std::int64_t top, std::int64_t left) {
  for (std::int64_t y = 0; y < other.height(); ++y) {
    std::copy_n(other.rgb_.begin() + 3 * y * other.width_, 3 * other.width_,
                rgb_.begin() + 3 * ((top + y) * width_ + left));
  }
}

void Picture::draw_disc(double y, double x, double radius, Rgb colour, double opacity) {
  const double reach = radius + 1;
  // Far outside there is nothing to draw, and no integer that could name the place.
  if (!(y > -reach && x > -reach && y < static_cast<double>(height_) + reach &&
        x < static_cast<double>(width_) + reach)) {
    return;
  }
  const auto first_row = static_cast<std::int64_t>(std::floor(y - reach));
  const auto last_row = static_cast<std::int64_t>(std::ceil(y + reach));
  const auto first_column = static_cast<std::int64_t>(std::floor(x - reach));
  const auto last_column = static_cast<std::int64_t>(std::ceil(x + reach));
  for (std::int64_t row = first_row; row <= last_row; ++row) {
    for (std::int64_t column = first_column; column <= last_column; ++column) {
      const double distance =
          std::hypot(static_cast<double>(row) - y, static_cast<double>(column) - x);
      const double inside = std::clamp(radius + 0.5 - distance, 0.0, 1.0);
      if (inside > 0) blend(row, column, colour, opacity * inside);
    }
  }
}

Picture Picture::enlarged(std::int64_t factor) const {
  if (factor == 1) return *this;
  Picture result(height_ * factor, width_ * factor);
  for (std::int64_t y = 0; y < result.height(); ++y) {
    for (std::int64_t x = 0; x < result.width(); ++x) {
      result.set(y, x, at(y / factor, x / factor));
    }
  }
  return result;
}

Picture montage(const std::vector<Picture>& pictures, std::int64_t columns, std::int64_t gap,
                Rgb paper) {
  std::int64_t height = 0, width = 0;
  for (const Picture& each : pictures) {
    height = std::max(height, each.height());
    width = std::max(width, each.width());
  }
  const auto count = static_cast<std::int64_t>(pictures.size());
  const std::int64_t rows = (count + columns - 1) / columns;
  Picture result(gap + rows * (height + gap), gap + columns * (width + gap), paper);
  for (std::int64_t i = 0; i < count; ++i) {
    result.paste(pictures[static_cast<std::size_t>(i)], gap + i / columns * (height + gap),
                 gap + i % columns * (width + gap));
  }
  return result;
}

Picture side_by_side(const std::vector<Picture>& pictures, std::int64_t gap, Rgb paper) {
  std::int64_t height = 0, width = gap;
  for (const Picture& each : pictures) {
    height = std::max(height, each.height());
    width += each.width() + gap;
  }
  Picture result(height + 2 * gap, width, paper);
  std::int64_t left = gap;
  for (const Picture& each : pictures) {
    result.paste(each, gap + (height - each.height()) / 2, left);
    left += each.width() + gap;
  }
  return result;
}

}  // namespace ptychopatch::pictures
