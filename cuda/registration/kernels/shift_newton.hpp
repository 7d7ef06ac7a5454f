// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/block_sums.hpp"
#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"
#include "math/registration/newton_step.hpp"

namespace ppatch {

// Rows that a block of the kernels below sums over, and its threads.
constexpr int shift_rows = 4;
constexpr int shift_threads = 128;

// The phases of jobs at their fractions, and the sines of carriers.
struct ShiftPhases {
  ShiftSpectrum spectrum;
  const ShiftJob* jobs = nullptr;

  PPATCH_HD std::int64_t pieces() const {
    return spectrum.phase_count() + 9 * spectrum.carrier_count;
  }
  PPATCH_HD void operator()(std::int64_t index) const {
    const Division job_piece = divide(index, pieces());
    const ShiftJob& job = jobs[job_piece.quotient];
    if (job_piece.remainder < spectrum.phase_count()) {
      spectrum.fill_phase(job, job_piece.remainder);
    } else {
      spectrum.fill_sine(job, static_cast<int>(job_piece.remainder - spectrum.phase_count()));
    }
  }
};

// Sums over blocks of rows of the spectra, of jobs that Bins sums, at
// sums[Bins::sums * chunk + sum].
template <class Bins>
struct ShiftBinSums {
  static constexpr int threads = shift_threads;
  struct Shared {
    BlockSums<Bins::sums, threads> sums;
  };
  using Private = Nothing;

  ShiftSpectrum spectrum;
  const ShiftJob* jobs = nullptr;
  std::int64_t count = 0;

  std::int64_t blocks() const { return count * chunks(); }
  PPATCH_HD std::int64_t chunks() const { return blocks_over(spectrum.height, shift_rows); }
  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    return Bins::is_summed(jobs[divide(block, chunks()).quotient]) ? 3 : 0;
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    if (n == 1) return shared.sums.gather(at.thread);
    const Division job_chunk = divide(at.block, chunks());
    const ShiftJob& job = jobs[job_chunk.quotient];
    if (n == 2) {
      if (at.thread < Bins::sums) {
        job.sums[Bins::sums * job_chunk.remainder + at.thread] = shared.sums.total(at.thread);
      }
      return;
    }
    double own[Bins::sums] = {};
    PPATCH_ROLLED
    for (int r = 0; r < shift_rows; ++r) {
      const std::int64_t y = job_chunk.remainder * shift_rows + r;
      if (y < spectrum.height) Bins::add_row(spectrum, job, y, at.thread, own);
    }
    shared.sums.put(at.thread, own);
  }
};

// NewtonSums, of jobs that still step.
struct ShiftNewtonBins {
  static constexpr int sums = newton_sums;

  PPATCH_HD static bool is_summed(const ShiftJob& job) { return job.state->stepping != 0; }
  PPATCH_HD static void add_row(const ShiftSpectrum& spectrum, const ShiftJob& job, std::int64_t y,
                                int thread, double (&own)[sums]) {
    if (!spectrum.has_row(y, job.flags)) return;
    const SpectrumValue row_phase = spectrum.row_phase(job, y);
    const float fy = spectrum.fy(y);
    float row[newton_sums] = {};
    PPATCH_ROLLED
    for (std::int64_t k = spectrum.first_column(job.flags) + thread; k < spectrum.end_column();
         k += shift_threads) {
      const ShiftBin bin = read_bin(spectrum, job, y, k, fy, row_phase);
      if (bin.f2 < spectrum.min_f2) continue;
      const RingWeight ring = job.weights[spectrum.ring(bin.f2)];
      const float leak = spectrum.template leak<false>(job, fy, bin.fx, bin.f2, nullptr);
      float part[newton_sums];
      newton_parts(bin_weight(ring, leak) * multiplicity(k), bin.z, fy, bin.fx, part);
      for (int s = 0; s < newton_sums; ++s) row[s] += part[s];
    }
    for (int s = 0; s < newton_sums; ++s) own[s] += static_cast<double>(row[s]);
  }
};
using ShiftNewtonSums = ShiftBinSums<ShiftNewtonBins>;

// Newton's step from the sums of blocks, and the phases where it leads to. A block has a job.
struct ShiftNewtonStep {
  static constexpr int threads = 128;
  struct Shared {
    BlockSums<newton_sums, threads> sums;
  };
  using Private = Nothing;

  ShiftSpectrum spectrum;
  const ShiftJob* jobs = nullptr;
  std::int64_t count = 0, chunks = 0;

  std::int64_t blocks() const { return count; }
  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    return jobs[block].state->stepping ? 4 : 0;
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const ShiftJob& job = jobs[at.block];
    if (n == 0) {
      double own[newton_sums] = {};
      for (std::int64_t chunk = at.thread; chunk < chunks; chunk += threads) {
        for (int s = 0; s < newton_sums; ++s) own[s] += job.sums[newton_sums * chunk + s];
      }
      shared.sums.put(at.thread, own);
    } else if (n == 1) {
      shared.sums.gather(at.thread);
    } else if (n == 2) {
      if (at.thread == 0) move(shared, *job.state);
    } else {
      PPATCH_ROLLED
      for (std::int64_t i = at.thread; i < spectrum.phase_count(); i += threads) {
        spectrum.fill_phase(job, i);
      }
    }
  }

 private:
  PPATCH_HD void move(const Shared& shared, ShiftState& state) const {
    double sums[newton_sums];
    for (int s = 0; s < newton_sums; ++s) sums[s] = shared.sums.total(s);
    double step[2];
    state.stepping = 0;
    if (!newton_step(sums, step)) return;
    state.fraction[0] += step[0];
    state.fraction[1] += step[1];
    ++state.iterations;
    if (!is_done(step) && state.iterations < max_steps) state.stepping = 1;
  }
};

}  // namespace ppatch
