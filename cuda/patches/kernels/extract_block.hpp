// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/wide_store.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/patches/extract.hpp"
#include "math/division.hpp"

namespace ppatch {

// All patches of a call, or their waves, on a device. A thread owns some 16 bytes of each of `run`
// rows of a patch, one below the other, and keeps the rows that it has filtered along x while later
// ones need them. MaxTaps: taps that the interpolation may have on an axis, 2 or 6.
template <class P, int MaxTaps>
struct ExtractBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  static constexpr int threads = 128;
  static constexpr int wide = wide_scalars<S>;
  static constexpr int wide_pixels = wide / C;
  static constexpr std::int64_t run = 16;
  static constexpr std::int64_t max_patches = 8;  // of a block

  struct Patch {
    PatchTaps<T> taps;
    S* out;  // the first mode, also of the probe
    const S* probe;
    std::int64_t slice;
    bool inside;  // no sample needs the boundary mode
  };
  struct Shared {
    Patch patch[max_patches];
  };
  using Private = Nothing;

  ExtractPixel<P> job;
  std::int64_t columns = 0;         // threads along a row
  std::int64_t pieces = 0;          // threads that a patch takes
  std::int64_t blocks_a_patch = 1;  // either of these is 1
  std::int64_t patches_a_block = 1;
  bool wide_stores = false;

  explicit ExtractBlock(const ExtractPixel<P>& pixels) : job(pixels) {
    const PatchView& out = job.out;
    columns = blocks_over(out.width, wide_pixels);
    pieces = columns * blocks_over(out.height, run);
    blocks_a_patch = blocks_over(pieces, threads);
    if (pieces < threads) {
      patches_a_block = threads / pieces < max_patches ? threads / pieces : max_patches;
    }
    const std::int64_t strides[] = {out.stride_image, out.stride_group, out.stride_member,
                                    out.stride_mode, out.stride_y};
    wide_stores = widely_storable<S>(out.data, out.stride_x, C, strides, 5);
  }

  std::int64_t blocks() const {
    return blocks_over(job.out.images * job.out.count, patches_a_block) * blocks_a_patch;
  }

  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const Division block = divide(at.block, blocks_a_patch);
    const std::int64_t first = block.quotient * patches_a_block;
    const std::int64_t left = job.out.images * job.out.count - first;
    const std::int64_t count = left < patches_a_block ? left : patches_a_block;
    if (n == 0) {
      if (at.thread < count) prepare(first + at.thread, shared.patch[at.thread]);
      return;
    }
    const Division piece = divide(block.remainder * threads + at.thread, pieces);
    if (piece.quotient < count) extract(shared.patch[piece.quotient], piece.remainder);
  }

 private:
  PPATCH_HD void prepare(std::int64_t n, Patch& patch) const {
    const PatchProblem& problem = job.problem;
    const Division number = divide(n, job.out.count);
    const std::int64_t m = number.quotient;
    const std::int64_t k = number.remainder;
    patch.out = job.out.template at<S>(m, k, 0);
    patch.probe = job.probe.template at<S>(k, 0);
    patch.slice = problem.image_of(m, k);
    prepare_sampling_taps(problem.interpolation, problem.origins[k], patch.taps);
    const auto& y = patch.taps.y;
    const auto& x = patch.taps.x;
    patch.inside = y.start >= 0 && x.start >= 0 &&
                   y.start + problem.height + y.count - 1 <= job.image.height &&
                   x.start + problem.width + x.count - 1 <= job.image.width;
  }

  // Samples of row y, from that of pixel q on: `scalars` of them.
  PPATCH_HD void load(const Patch& patch, const Samples<P>& samples, std::int64_t y, std::int64_t q,
                      int scalars, T* sample) const {
    constexpr int max_scalars = wide + (MaxTaps - 1) * C;
    const std::int64_t x = patch.taps.x.start + q;
    if (patch.inside) {
      const S* from = job.image.template at<S>(samples.slice, y, x);
      for (int s = 0; s < max_scalars; ++s) {
        if (s < scalars) sample[s] = P::load(from[s / C * job.image.stride_x + s % C]);
      }
      return;
    }
    for (int s = 0; s < max_scalars; ++s) {
      if (s < scalars) sample[s] = samples.pixel(y, x + s / C, s % C);
    }
  }

  PPATCH_HD void extract(const Patch& patch, std::int64_t piece) const {
    const Samples<P> samples(job.problem, job.image, patch.slice);
    const AxisTaps<T>& y = patch.taps.y;
    const AxisTaps<T>& x = patch.taps.x;
    const Division place = divide(piece, columns);
    const std::int64_t q = place.remainder * wide_pixels;
    const std::int64_t r0 = place.quotient * run;
    const std::int64_t r1 = r0 + run < job.out.height ? r0 + run : job.out.height;
    const std::int64_t width_left = (job.out.width - q) * C;
    const int scalars = width_left < wide ? static_cast<int>(width_left) : wide;
    T weight_x[MaxTaps];
    T weight_y[MaxTaps];
    for (int j = 0; j < MaxTaps; ++j) {
      weight_x[j] = x.weight[j];
      weight_y[j] = y.weight[j];
    }
    // The last rows, filtered along x, as many as there are taps.
    T kept[MaxTaps][wide] = {};
    PPATCH_ROLLED
    for (std::int64_t r = r0 - (y.count - 1); r < r1; ++r) {
      T sample[wide + (MaxTaps - 1) * C] = {};
      load(patch, samples, y.start + r + y.count - 1, q, scalars + (x.count - 1) * C, sample);
      T value[wide];
      for (int s = 0; s < wide; ++s) {
        T row = T(0);
        for (int j = 0; j < MaxTaps; ++j) {
          if (j < x.count) row = next_sum(j, row, weight_x[j], sample[s + j * C]);
        }
        T sum = T(0);
        for (int i = 0; i < MaxTaps; ++i) {
          kept[i][s] = i + 1 == MaxTaps || i + 1 == y.count ? row : kept[i + 1][s];
          if (i < y.count) sum = next_sum(i, sum, weight_y[i], kept[i][s]);
        }
        value[s] = sum;
      }
      if (r >= r0) write(patch, r, q, scalars, value);
    }
  }

  PPATCH_HD void write(const Patch& patch, std::int64_t r, std::int64_t q, int scalars,
                       const T* value) const {
    const PatchView& out = job.out;
    PPATCH_ROLLED
    for (std::int64_t mode = 0; mode < out.modes; ++mode) {
      T wave[wide];
      for (int s = 0; s < wide; ++s) wave[s] = value[s];
      if (job.probe.data) {
        const S* p = patch.probe + mode * job.probe.stride_mode + r * job.probe.stride_y +
                     q * job.probe.stride_x;
        for (int n = 0; n < wide_pixels; ++n) {
          if (n * C >= scalars) continue;
          T factor[C];
          P::load(p + n * job.probe.stride_x, factor);
          multiply<T, C>(factor, value + n * C, wave + n * C);
        }
      }
      S stored[wide];
      for (int s = 0; s < wide; ++s) stored[s] = P::store(wave[s]);
      S* to = patch.out + mode * out.stride_mode + r * out.stride_y + q * out.stride_x;
      if (wide_stores && scalars == wide) {
        wide_store(stored, to);
        continue;
      }
      for (int s = 0; s < wide; ++s) {
        if (s < scalars) to[s / C * out.stride_x + s % C] = stored[s];
      }
    }
  }
};

}  // namespace ppatch
