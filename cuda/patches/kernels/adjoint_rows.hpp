// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/whole_pixel.hpp"
#include "kernels/patches/adjoint.hpp"

namespace ppatch {

// Reads pixels (r, ex - j), j < X, of a patch in whole pixels, row after row, and filters them
// along x. Waves: with a probe. Pixels beside the patch are zero. Without a probe those are read,
// too, where a zero lies, so that a row asks nothing; with one, a pixel of the patch is read in
// their place.
template <class P, bool Waves, int X>
struct AdjointRows {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  const AdjointPixel<P>& job;
  const S* from[X];
  const S* probe[X];
  std::int64_t step[X];
  bool inside[X];
  T weight[X];

  // wave and p are pixel ex of the first row, of the first mode.
  PPATCH_HD AdjointRows(const AdjointPixel<P>& pixels, const S* wave, const S* p,
                        const WholePixel<P>& zero, const T* weights, int ex)
      : job(pixels) {
    const auto width = static_cast<int>(job.problem.width);
    for (int j = 0; j < X; ++j) {
      inside[j] = static_cast<unsigned>(ex - j) < static_cast<unsigned>(width);
      weight[j] = weights[j];
      if constexpr (Waves) {
        const int back = inside[j] ? j : ex - j < 0 ? ex : ex - width + 1;
        from[j] = wave - back * job.in.stride_x;
        probe[j] = p - back * job.probe.stride_x;
        step[j] = job.in.stride_y;
      } else {
        from[j] = inside[j] ? wave - j * job.in.stride_x : zero.scalar;
        step[j] = inside[j] ? job.in.stride_y : 0;
      }
    }
  }

  PPATCH_HD void next() {
    for (int j = 0; j < X; ++j) {
      from[j] += step[j];
      if (Waves) probe[j] += job.probe.stride_y;
    }
  }

  PPATCH_HD void read(T* row) const {
    for (int j = 0; j < X; ++j) {
      T value[C];
      if constexpr (Waves) {
        read_waves(j, value);
        for (int c = 0; c < C; ++c) value[c] = inside[j] ? value[c] : T(0);
      } else {
        load_whole<P>(from[j], value);
      }
      for (int c = 0; c < C; ++c) row[c] = next_sum(j, row[c], weight[j], value[c]);
    }
  }

  PPATCH_HD T read_weight() const {
    T row = T(0);
    for (int j = 0; j < X; ++j) {
      const T value = !Waves ? T(1) : job.weight(probe[j], 0, 0);
      row = next_sum(j, row, weight[j], inside[j] ? value : T(0));
    }
    return row;
  }

 private:
  PPATCH_HD void read_waves(int j, T* value) const {
    read_mode(from[j], probe[j], value);
    const S* wave = from[j];
    const S* p = probe[j];
    PPATCH_ROLLED
    for (std::int64_t mode = 1; mode < job.in.modes; ++mode) {
      wave += job.in.stride_mode;
      p += job.probe.stride_mode;
      T term[C];
      read_mode(wave, p, term);
      for (int c = 0; c < C; ++c) value[c] += term[c];
    }
  }
  PPATCH_HD static void read_mode(const S* from, const S* probe, T* term) {
    T wave[C];
    T p[C];
    load_whole<P>(from, wave);
    load_whole<P>(probe, p);
    multiply_conjugate<T, C>(p, wave, term);
  }
};

}  // namespace ppatch
