// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_KERNELS_PROBE_ADJOINT_BLOCK_HPP_
#define PTYCHOPATCH_KERNELS_PROBE_ADJOINT_BLOCK_HPP_

#include "kernels/block.hpp"
#include "kernels/probe_adjoint.hpp"

namespace ptychopatch {

// The adjoint by the probe on a device: a thread owns a pixel of a mode and walks the waves that
// add to it in order: all of them for a shared probe, those of each image for a probe of one
// position.
template <class T, int C>
struct ProbeAdjointBlock {
  static constexpr int threads = 128;
  static constexpr int batch = 16;  // waves whose taps are ready at a time

  struct Wave {
    PatchTaps<T> taps;
    const T* first;  // mode
    std::int64_t slice;
  };
  struct Shared {
    Wave wave[batch];
  };
  struct Private {
    T sum[C];
  };

  ProbeAdjointPixel<T, C> job;
  bool from_zero = true;

  std::int64_t pixels() const { return job.probe.modes * job.waves.height * job.waves.width; }
  std::int64_t probes() const { return job.probe.shared ? 1 : job.waves.count; }
  std::int64_t blocks() const { return probes() * blocks_over(pixels(), threads); }

  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2 + 2 * blocks_over(waves(), batch); }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const std::int64_t all = job.probe.modes * job.waves.height * job.waves.width;
    const std::int64_t blocks_a_probe = blocks_over(all, threads);
    const std::int64_t owner = at.block / blocks_a_probe;
    const std::int64_t pixel = at.block % blocks_a_probe * threads + at.thread;
    const std::int64_t q = pixel % job.waves.width;
    const std::int64_t r = pixel / job.waves.width % job.waves.height;
    const std::int64_t mode = pixel / job.waves.width / job.waves.height;
    const bool is_there = pixel < all;
    const std::int64_t first = (n - 1) / 2 * batch;
    const std::int64_t left = waves() - first;
    const std::int64_t size = left < batch ? left : batch;
    if (n == 0 || n == 1 + 2 * blocks_over(waves(), batch)) {
      if (!is_there) return;
      T* to =
          job.probe.template at<T>(owner, mode) + r * job.probe.stride_y + q * job.probe.stride_x;
      for (int c = 0; c < C && n > 0; ++c) to[c] = own.sum[c];
      for (int c = 0; c < C && n == 0; ++c) own.sum[c] = from_zero ? T(0) : to[c];
    } else if (n % 2 == 1) {
      if (at.thread < size) prepare(owner, first + at.thread, shared.wave[at.thread]);
    } else {
      for (std::int64_t i = 0; i < size && is_there; ++i) {
        add(shared.wave[i], mode, r, q, own.sum);
      }
    }
  }

 private:
  PPATCH_HD void prepare(std::int64_t owner, std::int64_t i, Wave& wave) const {
    const std::int64_t m = job.probe.shared ? i / job.waves.count : i;
    const std::int64_t k = job.probe.shared ? i % job.waves.count : owner;
    prepare_sampling_taps<T>(job.problem.interpolation, job.problem.origins[k], &wave.taps);
    wave.first = job.waves.template at<T>(m, k, 0);
    wave.slice = job.problem.image_of(m, k);
  }

  PPATCH_HD void add(const Wave& wave, std::int64_t mode, std::int64_t r, std::int64_t q,
                     T* sum) const {
    const Samples<T, C> samples(job.problem, job.image, wave.slice);
    const T* w =
        wave.first + mode * job.waves.stride_mode + r * job.waves.stride_y + q * job.waves.stride_x;
    T value[C];
    T term[C];
    for (int c = 0; c < C; ++c) {
      value[c] = samples.filtered(wave.taps, wave.taps.y.weight, wave.taps.x.weight, r, q, c);
    }
    multiply_conjugate<T, C>(value, w, term);
    for (int c = 0; c < C; ++c) sum[c] += term[c];
  }

  // That one probe sums.
  PPATCH_HD std::int64_t waves() const {
    return job.probe.shared ? job.waves.images * job.waves.count : job.waves.images;
  }
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_KERNELS_PROBE_ADJOINT_BLOCK_HPP_
