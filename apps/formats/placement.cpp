// SPDX-License-Identifier: Apache-2.0
#include "formats/placement.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "formats/format_error.hpp"
#include "formats/tensor.hpp"

namespace ptychopatch::formats {
namespace {

std::string number_text(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.9g", value);
  return text.data();
}

double anchor_shift(ppatch_anchor anchor, std::int64_t size) {
  const std::int64_t half = size / 2;
  if (anchor == PPATCH_ANCHOR_HALF) return static_cast<double>(half);
  return anchor == PPATCH_ANCHOR_CENTRE ? static_cast<double>(size - 1) / 2 : 0;
}

struct Axis {
  std::size_t place;  // 0: row, 1: column
  std::int64_t image = 0, patch = 0;
  double middle = 0;  // of the numbers in pixels, before the origin
};

double origin_of(const Origin& origin, const Axis& axis, double sign, ppatch_anchor anchor) {
  const auto image = static_cast<double>(axis.image);
  switch (origin.kind) {
    case Origin::Kind::centre:
      return image / 2;
    case Origin::Kind::fit:
      return (image - static_cast<double>(axis.patch)) / 2 + anchor_shift(anchor, axis.patch) -
             sign * axis.middle;
    case Origin::Kind::place:
      break;
  }
  return origin.place[axis.place];
}

}  // namespace

bool Placement::trivial() const {
  return pixel_size == std::array<double, 2>{1, 1} && zero == std::array<double, 2>{0, 0} &&
         origin.kind == Origin::Kind::place && origin.place == std::array<double, 2>{0, 0};
}

NpyArray place(NpyArray numbers, const Placement& placement, const ppatch_patch_options& options,
               std::int64_t image_height, std::int64_t image_width, const std::string& source) {
  if (!placement.pixel_size) {
    throw FormatError(source + ": positions are in " + placement.units +
                      ", and nothing in the file says how large a pixel is; give --pixel-size");
  }
  for (const double size : *placement.pixel_size) {
    if (!std::isfinite(size) || size <= 0) {
      throw FormatError(source + ": a pixel of size " + number_text(size) + " (" +
                        placement.size_source + "), expected a number above 0; give --pixel-size");
    }
  }
  if (placement.trivial() || numbers.shape.empty() || numbers.shape.back() != 2) return numbers;
  Tensor positions = to_tensor(std::move(numbers), PPATCH_F64, source);
  double* values = positions.as<double>();
  const std::size_t count = positions.data.size() / (2 * sizeof(double));
  const double sign = options.sign == PPATCH_SIGN_CONTENT ? -1 : 1;
  for (std::size_t c = 0; c < 2 && count != 0; ++c) {
    Axis axis{(options.axes == PPATCH_AXES_YX) == (c == 0) ? std::size_t{0} : std::size_t{1}};
    axis.image = axis.place == 0 ? image_height : image_width;
    axis.patch = axis.place == 0 ? options.patch_height : options.patch_width;
    double least = std::numeric_limits<double>::infinity(), most = -least;
    for (std::size_t k = 0; k < count; ++k) {
      double& value = values[2 * k + c];
      value = (value - placement.zero[axis.place]) / (*placement.pixel_size)[axis.place];
      least = std::min(least, value);
      most = std::max(most, value);
    }
    axis.middle = (least + most) / 2;
    const double shift = sign * origin_of(placement.origin, axis, sign, options.anchor);
    for (std::size_t k = 0; k < count; ++k) values[2 * k + c] += shift;
  }
  return to_array(std::move(positions));
}

std::string origin_text(const Origin& origin) {
  switch (origin.kind) {
    case Origin::Kind::centre:
      return "centre";
    case Origin::Kind::fit:
      return "fit";
    case Origin::Kind::place:
      break;
  }
  if (origin.place == std::array<double, 2>{0, 0}) return "corner";
  return number_text(origin.place[0]) + "," + number_text(origin.place[1]);
}

std::string placement_text(const Placement& placement) {
  std::string text = "positions in " + placement.units;
  if (placement.pixel_size && !placement.size_source.empty()) {
    text += "; a pixel is " + number_text((*placement.pixel_size)[0]) + " x " +
            number_text((*placement.pixel_size)[1]) + " of these (" + placement.size_source + ")";
  }
  if (placement.zero != std::array<double, 2>{0, 0}) {
    text += "; zero is " + number_text(placement.zero[0]) + ", " + number_text(placement.zero[1]);
  }
  text += "; origin " + origin_text(placement.origin);
  if (!placement.origin_source.empty()) text += " (" + placement.origin_source + ")";
  return text;
}

}  // namespace ptychopatch::formats
