// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/block.hpp"
#include "kernels/patches/probe_adjoint.hpp"
#include "math/division.hpp"

namespace ppatch {

// The adjoint by the probe on a device: a thread owns a pixel of a mode and walks the waves that
// add to it in order: all of them for a shared probe, those of each image for a probe of one
// position.
template <class P>
struct ProbeAdjointBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  static constexpr int threads = 128;
  static constexpr int batch = 16;  // waves whose taps are ready at a time

  struct Wave {
    PatchTaps<T> taps;
    const S* first;  // mode
    std::int64_t slice;
  };
  struct Shared {
    Wave wave[batch];
  };
  struct Private {
    T sum[C];
    std::int64_t mode, r, q;
    S* to;  // its pixel, or null for a thread without
  };

  ProbeAdjointPixel<P> job;
  bool from_zero = true;

  std::int64_t probes() const { return job.probe.shared ? 1 : job.waves.count; }
  std::int64_t blocks() const { return probes() * blocks_over(pixel_count(), threads); }

  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2 + 2 * blocks_over(waves(), batch); }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    if (n == 0) return begin(at, own);
    const std::int64_t first = (n - 1) / 2 * batch;
    const std::int64_t left = waves() - first;
    if (left <= 0) {
      for (int c = 0; c < C && own.to; ++c) own.to[c] = P::store(own.sum[c]);
      return;
    }
    const auto size = static_cast<int>(left < batch ? left : batch);
    if (n % 2 == 1) {
      if (at.thread < size) prepare(owner_of(at), first + at.thread, shared.wave[at.thread]);
      return;
    }
    if (!own.to) return;
    PPATCH_ROLLED
    for (int i = 0; i < size; ++i) add(shared.wave[i], own);
  }

 private:
  PPATCH_HD std::int64_t pixel_count() const {
    return job.probe.modes * job.waves.height * job.waves.width;
  }
  // The probe, or position of a probe, that the block belongs to.
  PPATCH_HD std::int64_t owner_of(const BlockThread& at) const {
    return divide(at.block, blocks_over(pixel_count(), threads)).quotient;
  }

  PPATCH_HD void begin(const BlockThread& at, Private& own) const {
    const Division block = divide(at.block, blocks_over(pixel_count(), threads));
    const std::int64_t pixel = block.remainder * threads + at.thread;
    const Division row = divide(pixel, job.waves.width);
    const Division mode = divide(row.quotient, job.waves.height);
    own.q = row.remainder;
    own.r = mode.remainder;
    own.mode = mode.quotient;
    own.to = nullptr;
    if (pixel >= pixel_count()) return;
    own.to = job.probe.template at<S>(block.quotient, own.mode) + own.r * job.probe.stride_y +
             own.q * job.probe.stride_x;
    for (int c = 0; c < C; ++c) own.sum[c] = from_zero ? T(0) : P::load(own.to[c]);
  }

  PPATCH_HD void prepare(std::int64_t owner, std::int64_t i, Wave& wave) const {
    const Division number = divide(i, job.waves.count);
    const std::int64_t m = job.probe.shared ? number.quotient : i;
    const std::int64_t k = job.probe.shared ? number.remainder : owner;
    prepare_sampling_taps(job.problem.interpolation, job.problem.origins[k], wave.taps);
    wave.first = job.waves.template at<S>(m, k, 0);
    wave.slice = job.problem.image_of(m, k);
  }

  PPATCH_HD void add(const Wave& wave, Private& own) const {
    const Samples<P> samples(job.problem, job.image, wave.slice);
    T w[C];
    P::load(wave.first + own.mode * job.waves.stride_mode + own.r * job.waves.stride_y +
                own.q * job.waves.stride_x,
            w);
    T value[C];
    T term[C];
    for (int c = 0; c < C; ++c) {
      value[c] =
          samples.filtered(wave.taps, wave.taps.y.weight, wave.taps.x.weight, own.r, own.q, c);
    }
    multiply_conjugate<T, C>(value, w, term);
    for (int c = 0; c < C; ++c) own.sum[c] += term[c];
  }

  // That one probe sums.
  PPATCH_HD std::int64_t waves() const {
    return job.probe.shared ? job.waves.images * job.waves.count : job.waves.images;
  }
};

}  // namespace ppatch
