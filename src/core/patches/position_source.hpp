// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/patches/patch_engine.hpp"
#include "math/patches/position.hpp"

namespace ppatch {

// Coordinates of positions, found by their group and their place in it.
struct CoordinateView {
  const void* data = nullptr;
  DType dtype = DType::f64;
  std::int64_t stride_group = 0, stride_member = 0, stride_axis = 0;

  template <class T>
  const T& at(std::int64_t group, std::int64_t member, int axis) const {
    return static_cast<const T*>(
        data)[group * stride_group + member * stride_member + axis * stride_axis];
  }
};

// The positions that the caller gives, in host memory.
struct PositionSource {
  std::int64_t count = 0;
  CoordinateView value;    // positions, or the fractions of split ones
  CoordinateView integer;  // I32: the integer parts of split ones, else without data
};

// The positions of a source as a plan uses them: mirrored and jittered as its settings say.
class PositionReader {
 public:
  PositionReader(const PatchSettings& settings, const PositionSource& source)
      : settings_(settings), source_(source) {}

  // Throws INVALID_ARGUMENT naming the first position that is not finite or out of range.
  void check() const;
  void read(PatchOrigin* origins) const;

 private:
  // A position, by itself and by its group and its place in it.
  struct Place {
    std::int64_t k, group, member;
  };
  struct Position {
    Coordinate axis[2];  // in the source's columns
  };
  template <class Body>
  void each(const Body& body) const;
  // A number as it is given: an integer, where its dtype is one, and a fraction of any size.
  struct Value {
    std::int64_t integer;
    double fraction;

    double sum() const { return static_cast<double>(integer) + fraction; }
  };
  static Value value_at(const CoordinateView& from, std::int64_t group, std::int64_t member,
                        int axis);
  Value value(std::int64_t group, std::int64_t member, int axis) const;
  Coordinate given(std::int64_t group, std::int64_t member, int axis) const;
  Coordinate mirrored(const Place& place, int axis) const;
  Position position(const Place& place) const;
  // Where the first pixel of n samples the image, for a position on that axis.
  Coordinate window(Coordinate p, std::int64_t n) const;
  PatchOrigin origin(const Position& position) const;

  const PatchSettings& settings_;
  const PositionSource& source_;
};

}  // namespace ppatch
