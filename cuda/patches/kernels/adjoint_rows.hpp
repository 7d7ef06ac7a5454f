// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/whole_pixel.hpp"
#include "kernels/patches/adjoint.hpp"

namespace ppatch {

// Reads pixels (r, ex - j), j < X, of a patch in whole pixels, row after row, and filters them
// along x. Those beside the patch are read, too, where a zero lies, so that a row asks nothing.
template <class P, int X>
struct AdjointRows {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  const S* from[X];
  std::int64_t step[X];  // bytes
  T weight[X];

  // wave is pixel ex of the first row.
  PPATCH_HD AdjointRows(const S* wave, std::int64_t stride_y, std::int64_t stride_x, const S* zero,
                        const T* weights, int ex, int width) {
    const auto bytes = static_cast<std::int64_t>(sizeof(S));
    for (int j = 0; j < X; ++j) {
      const bool inside = static_cast<unsigned>(ex - j) < static_cast<unsigned>(width);
      weight[j] = weights[j];
      from[j] = inside ? wave : zero;
      step[j] = inside ? stride_y * bytes : 0;
      wave = bytes_on(wave, -stride_x * bytes);
    }
  }

  // The row that is read next, so many further on.
  PPATCH_HD void move(int rows) {
    for (int j = 0; j < X; ++j) from[j] = bytes_on(from[j], rows * step[j]);
  }

  PPATCH_HD void read(int, T* row) const {
    for (int j = 0; j < X; ++j) {
      T value[C];
      load_whole<P>(from[j], value);
      for (int c = 0; c < C; ++c) row[c] = next_sum(j, row[c], weight[j], value[c]);
    }
  }
};

// The rest of a switch by numbers of rows, a loop whose steps know their numbers. step(n) says
// whether there is more.
#define PPATCH_STEP(n)                \
  case n:                             \
    if constexpr (n < Rows + N - 1) { \
      if (!step(n)) return;           \
    }                                 \
    [[fallthrough]];
#define PPATCH_STEPS_UP \
  PPATCH_STEP(0)        \
  PPATCH_STEP(1)        \
  PPATCH_STEP(2)        \
  PPATCH_STEP(3)        \
  PPATCH_STEP(4)        \
  PPATCH_STEP(5)        \
  PPATCH_STEP(6)        \
  PPATCH_STEP(7)        \
  PPATCH_STEP(8)        \
  PPATCH_STEP(9)        \
  PPATCH_STEP(10)       \
  PPATCH_STEP(11)       \
  PPATCH_STEP(12)       \
  PPATCH_STEP(13)       \
  PPATCH_STEP(14)       \
  PPATCH_STEP(15)       \
  PPATCH_STEP(16)       \
  PPATCH_STEP(17)       \
  PPATCH_STEP(18)       \
  PPATCH_STEP(19)       \
  PPATCH_STEP(20)
#define PPATCH_STEPS_DOWN \
  PPATCH_STEP(16)         \
  PPATCH_STEP(15)         \
  PPATCH_STEP(14)         \
  PPATCH_STEP(13)         \
  PPATCH_STEP(12)         \
  PPATCH_STEP(11)         \
  PPATCH_STEP(10)         \
  PPATCH_STEP(9)          \
  PPATCH_STEP(8)          \
  PPATCH_STEP(7)          \
  PPATCH_STEP(6)          \
  PPATCH_STEP(5)          \
  PPATCH_STEP(4)          \
  PPATCH_STEP(3)          \
  PPATCH_STEP(2)          \
  PPATCH_STEP(1)          \
  PPATCH_STEP(0)

// Adds a patch to at most Rows sums, one below the other. A reader gives the patch's rows, filtered
// along x; onto the first sum falls row r, and the reader begins N - 1 rows above.
template <class P, int N, int Rows>
struct AdjointSums {
  using T = typename P::Real;
  static constexpr int C = P::components;

  T weight[N];
  T kept[N][C];  // the last rows, numbered round: none is moved

  PPATCH_HD explicit AdjointSums(const T* weights) {
    for (int i = 0; i < N; ++i) {
      weight[i] = weights[i];
      for (int c = 0; c < C; ++c) kept[i][c] = T(0);
    }
  }

  // All of them, and all rows that they need lie in the patch.
  template <class Reader>
  PPATCH_HD void add_all(Reader& reader, T (*sum)[C]) {
    PPATCH_UNROLLED
    for (int n = 0; n < Rows + N - 1; ++n) {
      reader.read(n, kept[n % N]);
      reader.move(1);
      if (n >= N - 1) add(n, sum[n - (N - 1)]);
    }
  }

  // Those of the first `rows` that the patch touches: it has `height` rows, beyond which all are
  // zero. Where it begins or ends among Rows sums, no row asks for anything.
  template <class Reader>
  PPATCH_HD void add_some(Reader& reader, int r, int height, int rows, T (*sum)[C]) {
    const int first = r < N - 1 ? N - 1 - r : 0;
    const int below = height - r + N - 1;
    if constexpr (N <= 2) {
      if (rows == Rows && below >= Rows + N - 1) return add_from(reader, first, sum);
      if (rows == Rows && first == 0) return add_until(reader, below, sum);
    }
    const int last = below + N - 1 < rows + N - 1 ? below + N - 1 : rows + N - 1;
    if (first >= last || last < N) return;
    const int inside = below < last ? below : last;
    reader.move(first);
    const auto step = [&](int n) {
      if (n >= last) return false;
      if (n < inside) {
        reader.read(n, kept[n % N]);
        reader.move(1);
      } else {
        for (int c = 0; c < C; ++c) kept[n % N][c] = T(0);
      }
      if (n >= N - 1) add(n, sum[n - (N - 1)]);
      return true;
    };
    switch (first) {
      PPATCH_STEPS_UP
      default:
        return;
    }
  }

 private:
  // The rows from number `first` on lie in the patch, those before above it.
  template <class Reader>
  PPATCH_HD void add_from(Reader& reader, int first, T (*sum)[C]) {
    reader.move(first);
    const auto step = [&](int n) {
      reader.read(n, kept[n % N]);
      reader.move(1);
      if (n >= N - 1) add(n, sum[n - (N - 1)]);
      return true;
    };
    switch (first) {
      PPATCH_STEPS_UP
      default:
        return;
    }
  }

  // The rows of the numbers below `end` lie in the patch, the others below it.
  template <class Reader>
  PPATCH_HD void add_until(Reader& reader, int end, T (*sum)[C]) {
    static_assert(Rows + N - 1 <= 17);
    reader.move(end - 1);
    const auto step = [&](int n) {
      reader.read(n, kept[n % N]);
      reader.move(-1);
      if (n < Rows) add(n + N - 1, sum[n]);
      return true;
    };
    switch (end - 1) {
      PPATCH_STEPS_DOWN
      default:
        return;
    }
  }

  // What the rows of numbers up to n give.
  PPATCH_HD void add(int n, T (&sum)[C]) const {
    for (int c = 0; c < C; ++c) {
      T value = T(0);
      for (int j = 0; j < N; ++j) value = next_sum(j, value, weight[j], kept[(n + N - j) % N][c]);
      sum[c] += value;
    }
  }
};

#undef PPATCH_STEPS_DOWN
#undef PPATCH_STEPS_UP
#undef PPATCH_STEP

}  // namespace ppatch
