// SPDX-License-Identifier: Apache-2.0
#include "core/patches/position_source.hpp"

#include <cmath>

#include "core/error.hpp"
#include "math/random.hpp"

namespace ppatch {
namespace {

// Whether the nearest integer, of two the even one, is the one above.
bool goes_up_to_even(Coordinate c) {
  return c.fraction > 0.5 || (c.fraction == 0.5 && c.integer % 2 != 0);
}

Coordinate rounded_to_even(Coordinate c) { return {c.integer + (goes_up_to_even(c) ? 1 : 0), 0.0}; }

}  // namespace

PositionReader::Value PositionReader::value_at(const CoordinateView& from, std::int64_t group,
                                               std::int64_t member, int axis) {
  switch (from.dtype) {
    case DType::i32:
      return {from.at<std::int32_t>(group, member, axis), 0.0};
    case DType::i64:
      return {from.at<std::int64_t>(group, member, axis), 0.0};
    case DType::f32:
      return {0, static_cast<double>(from.at<float>(group, member, axis))};
    default:
      return {0, from.at<double>(group, member, axis)};
  }
}

PositionReader::Value PositionReader::value(std::int64_t group, std::int64_t member,
                                            int axis) const {
  const Value own = value_at(source_.value, group, member, axis);
  const std::int64_t integer =
      source_.integer.data ? source_.integer.at<std::int32_t>(group, member, axis) : 0;
  return {integer + own.integer, own.fraction};
}

Coordinate PositionReader::given(std::int64_t group, std::int64_t member, int axis) const {
  const Value of = value(group, member, axis);
  return make_coordinate(of.integer, of.fraction);
}

// Without a division for each position.
template <class Body>
void PositionReader::each(const Body& body) const {
  Place place{0, 0, 0};
  for (; place.k < source_.count; ++place.k) {
    body(place);
    if (++place.member < settings_.group_size) continue;
    place.member = 0;
    ++place.group;
  }
}

Coordinate PositionReader::mirrored(const Place& place, int axis) const {
  double sum = 0.0;
  for (std::int64_t j = 0; j < settings_.group_size; ++j) {
    sum += value(place.group, j, axis).sum();
  }
  const double mean = sum / static_cast<double>(settings_.group_size);
  const double local = -(value(place.group, place.member, axis).sum() - mean);
  return make_coordinate(0, static_cast<double>(static_cast<float>(mean + local)));
}

PositionReader::Position PositionReader::position(const Place& place) const {
  const bool mirrors = settings_.local_offsets == LocalOffsets::mirrored_ptychopinn;
  Position p;
  for (int axis = 0; axis < 2; ++axis) {
    p.axis[axis] = mirrors ? mirrored(place, axis) : given(place.group, place.member, axis);
  }
  if (settings_.jitter_sigma > 0.0) {
    const NormalPair draw = normal_pair(settings_.jitter_seed, static_cast<std::uint64_t>(place.k));
    const auto move = [&](Coordinate& c, double by) {
      c = make_coordinate(c.integer, c.fraction + settings_.jitter_sigma * by);
    };
    move(p.axis[column_of_y(settings_.axes)], draw.first);
    move(p.axis[1 - column_of_y(settings_.axes)], draw.second);
  }
  return p;
}

void PositionReader::check() const {
  each([&](const Place& place) {
    for (int axis = 0; axis < 2; ++axis) {
      const double v = value_at(source_.value, place.group, place.member, axis).sum();
      // Also keeps the conversion to an integer below within range.
      if (!(std::abs(v) <= 4.0 * max_position)) {
        invalid(source_.integer.data ? "fraction[" : "positions[", place.k, ", ", axis,
                "]: expected a finite number of pixels within +-1e9, got ", v);
      }
    }
  });
  each([&](const Place& place) {
    const Position p = position(place);
    for (int axis = 0; axis < 2; ++axis) {
      const double v = value_of(p.axis[axis]);
      if (!(std::abs(v) <= max_position)) {
        invalid("positions[", place.k, ", ", axis,
                "]: expected a position within +-1e9 pixels, got ", v);
      }
    }
  });
}

void PositionReader::read(PatchOrigin* origins) const {
  each([&](const Place& place) { origins[place.k] = origin(position(place)); });
}

Coordinate PositionReader::window(Coordinate p, std::int64_t n) const {
  if (settings_.interpolation != Interpolation::nearest || settings_.halves == Halves::up) {
    return window_origin(p, settings_.anchor, settings_.sign, n);
  }
  const Coordinate given = settings_.sign == Sign::content ? negate(p) : p;
  const bool of_first_pixel = settings_.anchor == Anchor::centre;
  if (settings_.subpixel == Subpixel::probe) {
    // What is left of a position shifts the probe, so it stays; a half that goes down is told from
    // one that goes up by the last bit.
    Coordinate origin = window_origin(given, settings_.anchor, Sign::window, n);
    const bool up = goes_up_to_even(of_first_pixel ? origin : given);
    if (origin.fraction == 0.5 && !up) origin.fraction = std::nextafter(0.5, 0.0);
    return origin;
  }
  const Coordinate rounded = of_first_pixel ? given : rounded_to_even(given);
  const Coordinate origin = window_origin(rounded, settings_.anchor, Sign::window, n);
  return of_first_pixel ? rounded_to_even(origin) : origin;
}

PatchOrigin PositionReader::origin(const Position& p) const {
  const int column = column_of_y(settings_.axes);
  const Coordinate y = window(p.axis[column], settings_.patch_height);
  const Coordinate x = window(p.axis[1 - column], settings_.patch_width);
  return {y.fraction, x.fraction, static_cast<std::int32_t>(y.integer),
          static_cast<std::int32_t>(x.integer)};
}

}  // namespace ppatch
