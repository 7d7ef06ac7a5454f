// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/adjoint_stage.hpp"
#include "cuda/patches/kernels/tile_entries.hpp"

namespace ppatch {

// The taps of an axis where there are two at most, in registers.
template <class T>
struct NearTaps {
  std::int64_t start;
  int count;
  T weight[2];

  PPATCH_HD NearTaps(Interpolation kind, double fraction, std::int64_t integer) {
    Taps taps;
    sampling_taps(kind == Interpolation::nearest ? kind : Interpolation::bilinear, fraction, taps);
    start = integer + taps.first;
    count = taps.count;
    for (int j = 0; j < 2; ++j) weight[j] = static_cast<T>(taps.weight[j]);
  }
};

// A patch beside a tile, as the threads of the tile's block read it: what they all need of it.
template <class P, int Taps>
struct alignas(16) AdjointPatch {
  using T = typename P::Real;
  using S = typename P::Storage;

  // How it is added: it may lie on pixels twice, and have as many taps on both axes as a loop is
  // made for, in whole pixels.
  enum class Way { folded, any, one_tap, all_taps };

  // In the order in which they are read, so that several are read at once.
  //
  // Where its extended pixels begin, from the tile's first, and how many there are along x; one
  // that is folded has the tile. All rows of a thread lie in it, and are added in all_taps, where
  // the first of them is one of `whole` from whole_y on.
  int x, width;
  int whole_y, whole;
  // What the pixel that the thread of the tile's first one begins to read with would be; of
  // waves, that at which the first row of the stage begins in the first mode, and the probe's.
  const S* wave;
  const S* probe;
  T weight_x[Taps];
  T weight_y[Taps];
  Way way;
  StageRows rows;
  int y, height;
  // So many of its rows as many follow that a thread may have at most.
  int followed;
  PatchTaps<T> taps;  // of folded and any alone, or where Taps is not 2
  std::int64_t k;
};

}  // namespace ppatch
