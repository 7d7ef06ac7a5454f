// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/whole_pixel.hpp"
#include "kernels/patches/adjoint.hpp"

// Readers of a patch in whole pixels, row after row, that filter it along x for what a thread sums:
// one extended column, or two side by side.
namespace ppatch {

// Pixels of one row of an array, of waves or of a probe: g times the conjugate of p.
template <class P>
struct WaveTerm {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  PPATCH_HD static void read(const S* wave, const S* probe, T* term) {
    T g[C];
    T p[C];
    load_whole<P>(wave, g);
    load_whole<P>(probe, p);
    multiply_conjugate<T, C>(p, g, term);
  }
};

// Column ex, which takes pixels ex - j, j < X. Waves: with a probe. Pixels beside the patch are
// zero. Without a probe those are read, too, where a zero lies, so that a row asks nothing; with
// one, a pixel of the patch is read in their place.
template <class P, bool Waves, int X>
struct AdjointColumn {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;
  static constexpr int columns = 1;

  const AdjointPixel<P>& job;
  const S* from[X];
  const S* probe[X];
  std::int64_t step[X];
  bool inside[X];
  T weight[X];

  // wave and p are pixel ex of the first row, of the first mode.
  PPATCH_HD AdjointColumn(const AdjointPixel<P>& pixels, const S* wave, const S* p,
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

  PPATCH_HD void read(T (*row)[C]) const {
    for (int j = 0; j < X; ++j) {
      T value[C];
      if constexpr (Waves) {
        read_waves(j, value);
        for (int c = 0; c < C; ++c) value[c] = inside[j] ? value[c] : T(0);
      } else {
        load_whole<P>(from[j], value);
      }
      for (int c = 0; c < C; ++c) row[0][c] = next_sum(j, row[0][c], weight[j], value[c]);
    }
  }

  PPATCH_HD void read_weight(T* row) const {
    row[0] = T(0);
    for (int j = 0; j < X; ++j) {
      const T value = !Waves ? T(1) : job.weight(probe[j], 0, 0);
      row[0] = next_sum(j, row[0], weight[j], inside[j] ? value : T(0));
    }
  }

 private:
  PPATCH_HD void read_waves(int j, T* value) const {
    WaveTerm<P>::read(from[j], probe[j], value);
    const S* wave = from[j];
    const S* p = probe[j];
    PPATCH_ROLLED
    for (std::int64_t mode = 1; mode < job.in.modes; ++mode) {
      wave += job.in.stride_mode;
      p += job.probe.stride_mode;
      T term[C];
      WaveTerm<P>::read(wave, p, term);
      for (int c = 0; c < C; ++c) value[c] += term[c];
    }
  }
};

// Columns ex and ex + 1, all of whose pixels are of the patch; those of a row lie side by side.
// Each is read once for both.
template <class P, bool Waves, int X>
struct AdjointPair {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;
  static constexpr int columns = 2;

  const AdjointPixel<P>& job;
  const S* from;
  const S* probe;
  T weight[X];

  PPATCH_HD AdjointPair(const AdjointPixel<P>& pixels, const S* wave, const S* p,
                        const WholePixel<P>&, const T* weights, int)
      : job(pixels), from(wave), probe(p) {
    for (int j = 0; j < X; ++j) weight[j] = weights[j];
  }

  PPATCH_HD void next() {
    from += job.in.stride_y;
    if (Waves) probe += job.probe.stride_y;
  }

  PPATCH_HD void read(T (*row)[C]) const {
    T value[X + 1][C];  // of pixel ex + 1 - j
    for (int j = 0; j <= X; ++j) {
      const int at = (1 - j) * C;
      if constexpr (Waves) {
        WaveTerm<P>::read(from + at, probe + at, value[j]);
      } else {
        load_whole<P>(from + at, value[j]);
      }
    }
    for (int column = 0; column < columns; ++column) {
      for (int j = 0; j < X; ++j) {
        for (int c = 0; c < C; ++c) {
          row[column][c] = next_sum(j, row[column][c], weight[j], value[1 - column + j][c]);
        }
      }
    }
  }

  PPATCH_HD void read_weight(T* row) const {
    for (int column = 0; column < columns; ++column) {
      row[column] = T(0);
      for (int j = 0; j < X; ++j) {
        const T value = !Waves ? T(1) : job.weight(probe + (column - j) * C, 0, 0);
        row[column] = next_sum(j, row[column], weight[j], value);
      }
    }
  }
};

}  // namespace ppatch
