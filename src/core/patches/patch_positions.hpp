// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_PATCHES_PATCH_POSITIONS_HPP_
#define PTYCHOPATCH_CORE_PATCHES_PATCH_POSITIONS_HPP_

#include "core/backend.hpp"
#include "math/patches/position.hpp"

namespace ppatch {

// The positions of a source as a plan uses them: mirrored and jittered as its settings say.
class PatchPositions {
 public:
  PatchPositions(const PatchSettings& settings, const PositionSource& source)
      : settings_(settings), source_(source) {}

  // Throws INVALID_ARGUMENT naming the first position that is not finite or out of range.
  void check() const;
  PatchOrigin origin(std::int64_t k) const;

 private:
  struct Point {
    Coordinate axis[2];  // in the source's columns
  };
  double value(std::int64_t group, std::int64_t member, int axis) const;
  Coordinate given(std::int64_t group, std::int64_t member, int axis) const;
  Coordinate mirrored(std::int64_t group, std::int64_t member, int axis) const;
  Point point(std::int64_t k) const;

  const PatchSettings& settings_;
  const PositionSource& source_;
};

// Writes the positions that origins came from, in the columns that the settings name; strides are
// in doubles.
void write_positions(const PatchOrigin* origins, std::int64_t count, const PatchSettings& settings,
                     double* out, std::int64_t stride_k, std::int64_t stride_axis);

}  // namespace ppatch

#endif  // PTYCHOPATCH_CORE_PATCHES_PATCH_POSITIONS_HPP_
