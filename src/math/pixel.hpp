// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "math/hd.hpp"

namespace ppatch {

// A pixel of Components scalars, which lie in memory as one type and are summed in another. A type
// of storage that is no arithmetic type converts explicitly to Real and from it.
template <class StorageType, class RealType, int Components>
struct Pixel {
  using Storage = StorageType;
  using Real = RealType;
  static constexpr int components = Components;
  // Else a row in memory is a row of Real, and loops may work on it where it lies.
  static constexpr bool converts = !std::is_same_v<Storage, Real>;
  // What belongs to a pixel and is no pixel: its coverage, a result of a position.
  using Scalar = Pixel<Storage, Real, 1>;

  PPATCH_HD static Real load(Storage value) { return static_cast<Real>(value); }
  PPATCH_HD static Storage store(Real value) { return static_cast<Storage>(value); }

  PPATCH_HD static void load(const Storage* from, Real* to) {
    for (int c = 0; c < components; ++c) to[c] = load(from[c]);
  }
  PPATCH_HD static void store(const Real* from, Storage* to) {
    for (int c = 0; c < components; ++c) to[c] = store(from[c]);
  }
};

}  // namespace ppatch
