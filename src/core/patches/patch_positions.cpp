// SPDX-License-Identifier: Apache-2.0
#include "core/patches/patch_positions.hpp"

#include <cmath>

#include "math/random.hpp"

namespace ppatch {
namespace {

// The column of y.
int column_of_y(Axes axes) { return axes == Axes::yx ? 0 : 1; }

// Undoes window_origin.
double axis_position(std::int64_t whole, double fraction, Anchor anchor, Sign sign,
                     std::int64_t n) {
  Coordinate c{whole, fraction};
  if (anchor == Anchor::half) c.whole += n / 2;
  if (anchor == Anchor::centre) {
    c.whole += (n - 1) / 2;
    if ((n - 1) % 2 != 0) c = make_coordinate(c.whole, c.fraction + 0.5);
  }
  return sign == Sign::content ? -value_of(c) : value_of(c);
}

}  // namespace

double PatchPositions::value(std::int64_t group, std::int64_t member, int axis) const {
  const CoordinateView& from = source_.value;
  return from.dtype == DType::f32 ? static_cast<double>(from.at<float>(group, member, axis))
                                  : from.at<double>(group, member, axis);
}

Coordinate PatchPositions::given(std::int64_t group, std::int64_t member, int axis) const {
  const std::int64_t whole =
      source_.whole.data ? source_.whole.at<std::int32_t>(group, member, axis) : 0;
  return make_coordinate(whole, value(group, member, axis));
}

Coordinate PatchPositions::mirrored(std::int64_t group, std::int64_t member, int axis) const {
  double sum = 0.0;
  for (std::int64_t j = 0; j < settings_.group_size; ++j) sum += value_of(given(group, j, axis));
  const double mean = sum / static_cast<double>(settings_.group_size);
  const double local = -(value_of(given(group, member, axis)) - mean);
  return make_coordinate(0, static_cast<double>(static_cast<float>(mean + local)));
}

PatchPositions::Point PatchPositions::point(std::int64_t k) const {
  const std::int64_t group = k / settings_.group_size;
  const std::int64_t member = k % settings_.group_size;
  const bool mirrors = settings_.local_offsets == LocalOffsets::mirrored_ptychopinn;
  Point p;
  for (int axis = 0; axis < 2; ++axis) {
    p.axis[axis] = mirrors ? mirrored(group, member, axis) : given(group, member, axis);
  }
  if (settings_.jitter_sigma > 0.0) {
    const NormalPair draw = normal_pair(settings_.jitter_seed, static_cast<std::uint64_t>(k));
    const int y = column_of_y(settings_.axes);
    p.axis[y] =
        make_coordinate(p.axis[y].whole, p.axis[y].fraction + settings_.jitter_sigma * draw.first);
    p.axis[1 - y] = make_coordinate(p.axis[1 - y].whole,
                                    p.axis[1 - y].fraction + settings_.jitter_sigma * draw.second);
  }
  return p;
}

void PatchPositions::check() const {
  for (std::int64_t k = 0; k < source_.count; ++k) {
    for (int axis = 0; axis < 2; ++axis) {
      const double v = value(k / settings_.group_size, k % settings_.group_size, axis);
      // Also keeps the conversion to an integer below within range.
      if (!(std::abs(v) <= 4.0 * max_position)) {
        invalid(source_.whole.data ? "fraction[" : "positions[", k, ", ", axis,
                "]: expected a finite number of pixels within +-1e9, got ", v);
      }
    }
  }
  for (std::int64_t k = 0; k < source_.count; ++k) {
    const Point p = point(k);
    for (int axis = 0; axis < 2; ++axis) {
      const double v = value_of(p.axis[axis]);
      if (!(std::abs(v) <= max_position)) {
        invalid("positions[", k, ", ", axis, "]: expected a position within +-1e9 pixels, got ", v);
      }
    }
  }
}

PatchOrigin PatchPositions::origin(std::int64_t k) const {
  const Point p = point(k);
  const int column = column_of_y(settings_.axes);
  const Coordinate y =
      window_origin(p.axis[column], settings_.anchor, settings_.sign, settings_.patch_height);
  const Coordinate x =
      window_origin(p.axis[1 - column], settings_.anchor, settings_.sign, settings_.patch_width);
  return {y.fraction, x.fraction, static_cast<std::int32_t>(y.whole),
          static_cast<std::int32_t>(x.whole)};
}

void write_positions(const PatchOrigin* origins, std::int64_t count, const PatchSettings& s,
                     double* out, std::int64_t stride_k, std::int64_t stride_axis) {
  const int column_of_y = s.axes == Axes::yx ? 0 : 1;
  for (std::int64_t k = 0; k < count; ++k, out += stride_k) {
    const PatchOrigin& o = origins[k];
    out[column_of_y * stride_axis] =
        axis_position(o.y, o.fraction_y, s.anchor, s.sign, s.patch_height);
    out[(1 - column_of_y) * stride_axis] =
        axis_position(o.x, o.fraction_x, s.anchor, s.sign, s.patch_width);
  }
}

}  // namespace ppatch
