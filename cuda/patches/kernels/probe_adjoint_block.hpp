// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/whole_pixel.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/patches/probe_adjoint.hpp"
#include "math/division.hpp"

namespace ppatch {

// A pixel of a segment's sums, read and written at once.
template <class P>
struct alignas(sizeof(typename P::Real) * P::components) ProbeSum {
  typename P::Real scalar[P::components];
};

// The adjoint by the probe on a device. Of a shared probe a block sums one segment of positions for
// a tile of a mode, and ProbeTotals adds the segments up; of a probe of one position it sums what
// its waves give, those of one image after the other's. A thread owns pixels of the tile, one below
// the other, whose sums it keeps in registers. Taps: of the interpolation on an axis, 2 for one or
// two.
template <class P, int Taps>
struct ProbeAdjointBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  static constexpr int threads = 64;
  static constexpr int columns = 32;
  static constexpr int rows = 8 / (sizeof(T) / sizeof(float));  // of a thread
  static constexpr int tile_height = threads / columns * rows;
  static constexpr int batch = probe_segment;  // waves whose taps are ready at a time

  enum class Place { any, inside, inside_one_tap };
  struct Wave {
    PatchTaps<T> taps;
    const S* first;  // mode
    const S* from;   // the first sample
    std::int64_t slice;
    Place place;
  };
  struct Shared {
    Wave wave[batch];
  };
  struct Private {
    T sum[rows][C];
    std::int64_t mode;
    int r, q, count;  // its first pixel, and how many it owns
  };

  ProbeAdjointPixel<P> job;  // of positions `first` to `first` + waves.count - 1 of the call
  bool from_zero = true;
  // Of a shared probe: the call's segments that blocks are for, and where their sums lie, those of
  // segment s in slot s % slots. One that began before `first` goes on.
  std::int64_t first = 0, first_segment = 0, segments = 0, slots = 1;
  ProbeSum<P>* partial = nullptr;
  std::int64_t tile_rows = 0, tile_columns = 0;
  bool whole_pixels = false;  // of image and waves, those of the image side by side

  explicit ProbeAdjointBlock(const ProbeAdjointPixel<P>& all)
      : job(all),
        tile_rows(blocks_over(all.waves.height, tile_height)),
        tile_columns(blocks_over(all.waves.width, columns)),
        whole_pixels(job.image.stride_x == C && lies_in_whole_pixels<P>(job.image.data) &&
                     lies_in_whole_pixels<P>(job.waves.data)) {}

  std::int64_t blocks() const {
    return (partial ? segments : job.waves.count) * job.probe.modes * tile_rows * tile_columns;
  }

  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    return 2 + 2 * blocks_over(waves_of(owner_of(block)).count, batch);
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const std::int64_t owner = owner_of(at.block);
    if (n == 0) return begin(owner, at, own);
    const Waves waves = waves_of(owner);
    const std::int64_t done = (n - 1) / 2 * batch;
    if (done >= waves.count) return store(owner, own);
    const auto size = static_cast<int>(waves.count - done < batch ? waves.count - done : batch);
    if (n % 2 == 1) {
      if (at.thread < size) prepare(waves, done + at.thread, shared.wave[at.thread]);
      return;
    }
    if (own.count == 0) return;
    PPATCH_ROLLED
    for (int i = 0; i < size; ++i) add(shared.wave[i], own);
  }

 private:
  // Waves that a block sums: positions from k on, or the images of position k.
  struct Waves {
    std::int64_t k, count;
  };

  PPATCH_HD std::int64_t tiles() const { return job.probe.modes * tile_rows * tile_columns; }
  // The segment, or position of a probe, that a block belongs to.
  PPATCH_HD std::int64_t owner_of(std::int64_t block) const {
    return divide(block, tiles()).quotient;
  }
  PPATCH_HD Waves waves_of(std::int64_t owner) const {
    if (!partial) return {owner, job.waves.images};
    const std::int64_t begin = (first_segment + owner) * probe_segment - first;
    const std::int64_t end = begin + probe_segment;
    const std::int64_t low = begin < 0 ? 0 : begin;
    return {low, (end < job.waves.count ? end : job.waves.count) - low};
  }
  PPATCH_HD ProbeSum<P>* sum_of(std::int64_t owner, const Private& own) const {
    const std::int64_t slot = divide(first_segment + owner, slots).remainder;
    return partial +
           ((slot * job.probe.modes + own.mode) * job.waves.height + own.r) * job.waves.width +
           own.q;
  }
  PPATCH_HD S* pixel_of(std::int64_t owner, const Private& own) const {
    return job.probe.template at<S>(owner, own.mode) + own.r * job.probe.stride_y +
           own.q * job.probe.stride_x;
  }

  PPATCH_HD void begin(std::int64_t owner, const BlockThread& at, Private& own) const {
    const Division column = divide(divide(at.block, tiles()).remainder, tile_columns);
    const Division row = divide(column.quotient, tile_rows);
    own.mode = row.quotient;
    own.r = static_cast<int>(row.remainder) * tile_height + at.thread / columns * rows;
    own.q = static_cast<int>(column.remainder) * columns + at.thread % columns;
    const auto left = static_cast<int>(job.waves.height) - own.r;
    own.count = own.q >= job.waves.width || left < 0 ? 0 : left < rows ? left : rows;
    const bool goes_on = (first_segment + owner) * probe_segment < first;
    PPATCH_UNROLLED
    for (int i = 0; i < rows; ++i) {
      for (int c = 0; c < C; ++c) own.sum[i][c] = T(0);
      if (i >= own.count) continue;
      if (!partial) {
        if (!from_zero) P::load(pixel_of(owner, own) + i * job.probe.stride_y, own.sum[i]);
      } else if (goes_on) {
        const ProbeSum<P> before = sum_of(owner, own)[i * job.waves.width];
        for (int c = 0; c < C; ++c) own.sum[i][c] = before.scalar[c];
      }
    }
  }

  PPATCH_HD void store(std::int64_t owner, const Private& own) const {
    PPATCH_UNROLLED
    for (int i = 0; i < rows; ++i) {
      if (i >= own.count) break;
      if (partial) {
        ProbeSum<P> sum;
        for (int c = 0; c < C; ++c) sum.scalar[c] = own.sum[i][c];
        sum_of(owner, own)[i * job.waves.width] = sum;
      } else {
        P::store(own.sum[i], pixel_of(owner, own) + i * job.probe.stride_y);
      }
    }
  }

  PPATCH_HD void prepare(const Waves& waves, std::int64_t i, Wave& wave) const {
    const PatchProblem& problem = job.problem;
    const std::int64_t m = partial ? 0 : i;
    const std::int64_t k = partial ? waves.k + i : waves.k;
    prepare_sampling_taps(problem.interpolation, problem.origins[k], wave.taps);
    const auto& y = wave.taps.y;
    const auto& x = wave.taps.x;
    wave.first = job.waves.template at<S>(m, k, 0);
    wave.slice = problem.image_of(m, k);
    wave.from = job.image.template at<S>(wave.slice, y.start, x.start);
    wave.place = Place::any;
    if (!whole_pixels || y.start < 0 || x.start < 0 ||
        y.start + problem.height + y.count - 1 > job.image.height ||
        x.start + problem.width + x.count - 1 > job.image.width) {
      return;
    }
    if (y.count == Taps && x.count == Taps) wave.place = Place::inside;
    if (y.count == 1 && x.count == 1) wave.place = Place::inside_one_tap;
  }

  PPATCH_HD void add(const Wave& wave, Private& own) const {
    const S* in = wave.first + own.mode * job.waves.stride_mode + own.r * job.waves.stride_y +
                  own.q * job.waves.stride_x;
    if (wave.place == Place::inside) {
      own.count == rows ? add_inside<Taps, true>(wave, in, own)
                        : add_inside<Taps, false>(wave, in, own);
    } else if (wave.place == Place::inside_one_tap) {
      add_inside<1, false>(wave, in, own);
    } else {
      add_any(wave, in, own);
    }
  }

  PPATCH_HD static void add_to(T* sum, const T* value, const T* wave) {
    T term[C];
    multiply_conjugate<T, C>(value, wave, term);
    for (int c = 0; c < C; ++c) sum[c] += term[c];
  }

  // Samples that all lie in the image, in whole pixels. All: rows are the thread's.
  template <int N, bool All>
  PPATCH_HD void add_inside(const Wave& wave, const S* in, Private& own) const {
    const S* from = wave.from + own.r * job.image.stride_y + own.q * C;
    T weight_x[N];
    T weight_y[N];
    for (int j = 0; j < N; ++j) {
      weight_x[j] = wave.taps.x.weight[j];
      weight_y[j] = wave.taps.y.weight[j];
    }
    // The last rows, filtered along x, numbered round.
    T kept[N][C];
    PPATCH_UNROLLED
    for (int i = 1 - N; i < rows; ++i) {
      if (!All && i >= own.count) break;
      const int newest = (i + N - 1) % N;
      T sample[N][C];
      for (int j = 0; j < N; ++j) load_whole<P>(from + j * C, sample[j]);
      for (int c = 0; c < C; ++c) {
        T sum = T(0);
        for (int j = 0; j < N; ++j) sum = next_sum(j, sum, weight_x[j], sample[j][c]);
        kept[newest][c] = sum;
      }
      from += job.image.stride_y;
      if (i < 0) continue;
      T value[C];
      for (int c = 0; c < C; ++c) {
        T sum = T(0);
        for (int j = 0; j < N; ++j) sum = next_sum(j, sum, weight_y[j], kept[(i + j) % N][c]);
        value[c] = sum;
      }
      T w[C];
      load_whole<P>(in, w);
      in += job.waves.stride_y;
      add_to(own.sum[i], value, w);
    }
  }

  PPATCH_HD void add_any(const Wave& wave, const S* in, Private& own) const {
    const Samples<P> samples(job.problem, job.image, wave.slice);
    PPATCH_ROLLED
    for (int i = 0; i < own.count; ++i) {
      T w[C];
      T value[C];
      P::load(in, w);
      in += job.waves.stride_y;
      for (int c = 0; c < C; ++c) {
        value[c] = samples.filtered(wave.taps, wave.taps.y.weight, wave.taps.x.weight, own.r + i,
                                    own.q, c);
      }
      PPATCH_UNROLLED
      for (int n = 0; n < rows; ++n) {
        if (n == i) add_to(own.sum[n], value, w);
      }
    }
  }
};

// Adds segments to a shared probe, in order.
template <class P>
struct ProbeTotals {
  using T = typename P::Real;
  using S = typename P::Storage;

  ProbeView probe;
  std::int64_t height = 0, width = 0;
  std::int64_t first_segment = 0, segments = 0, slots = 1;
  const ProbeSum<P>* partial = nullptr;
  bool from_zero = true;

  std::int64_t count() const { return probe.modes * height * width; }
  PPATCH_HD void operator()(std::int64_t n) const {
    constexpr int C = P::components;
    const Division row = divide(n, width);
    const Division mode = divide(row.quotient, height);
    S* const to = probe.template at<S>(0, mode.quotient) + mode.remainder * probe.stride_y +
                  row.remainder * probe.stride_x;
    T sum[C];
    for (int c = 0; c < C; ++c) sum[c] = from_zero ? T(0) : P::load(to[c]);
    PPATCH_ROLLED
    for (std::int64_t s = first_segment; s < first_segment + segments; ++s) {
      const ProbeSum<P> part =
          partial[divide(s, slots).remainder * probe.modes * height * width + n];
      for (int c = 0; c < C; ++c) sum[c] += part.scalar[c];
    }
    P::store(sum, to);
  }
};

}  // namespace ppatch
