// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/block_sums.hpp"
#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"
#include "math/registration/newton_step.hpp"

namespace ppatch {

// Rows that a block of the kernels below sums over.
constexpr int shift_rows = 4;

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

// NewtonSums over blocks of rows; sums[newton_sums * chunk + sum]. Of jobs that still step.
struct ShiftNewtonSums {
  static constexpr int threads = 128;
  struct Shared {
    BlockSums<newton_sums, threads> sums;
  };
  using Private = Nothing;

  ShiftSpectrum spectrum;
  const ShiftJob* jobs = nullptr;
  std::int64_t count = 0;

  std::int64_t blocks() const { return count * chunks(); }
  PPATCH_HD std::int64_t chunks() const { return blocks_over(spectrum.height, shift_rows); }
  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    return jobs[divide(block, chunks()).quotient].state->stepping ? 3 : 0;
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    if (n == 1) return shared.sums.gather(at.thread);
    const Division job_chunk = divide(at.block, chunks());
    const ShiftJob& job = jobs[job_chunk.quotient];
    if (n == 2) {
      if (at.thread < newton_sums) {
        job.sums[newton_sums * job_chunk.remainder + at.thread] = shared.sums.total(at.thread);
      }
      return;
    }
    double own[newton_sums] = {};
    PPATCH_ROLLED
    for (int r = 0; r < shift_rows; ++r)
      add_row(job, job_chunk.remainder * shift_rows + r, at.thread, own);
    shared.sums.put(at.thread, own);
  }

 private:
  PPATCH_HD void add_row(const ShiftJob& job, std::int64_t y, int thread,
                         double (&own)[newton_sums]) const {
    if (y >= spectrum.height || !spectrum.has_row(y, job.flags)) return;
    const SpectrumValue row_phase = spectrum.row_phase(job, y);
    const float fy = spectrum.fy(y);
    float row[newton_sums] = {};
    PPATCH_ROLLED
    for (std::int64_t k = spectrum.first_column(job.flags) + thread; k < spectrum.end_column();
         k += threads) {
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
