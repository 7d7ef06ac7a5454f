// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "cuda/registration/kernels/block_sums.hpp"
#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/registration/kernels/shift_newton.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"

namespace ppatch {

// BandSums over blocks of rows, sums[band_sums * chunk + sum]. R^ times the root of the weight goes
// to `weighted`, M^ is multiplied by that and e^{2 pi i f.r}; both are zero outside the band.
struct ShiftBandSums {
  static constexpr int threads = 128;
  struct Shared {
    BlockSums<band_sums, threads> sums;
  };
  using Private = Nothing;

  ShiftSpectrum spectrum;
  const ShiftJob* jobs = nullptr;
  std::int64_t count = 0;

  std::int64_t blocks() const { return count * chunks(); }
  PPATCH_HD std::int64_t chunks() const { return blocks_over(spectrum.height, shift_rows); }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 3; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    if (n == 1) return shared.sums.gather(at.thread);
    const Division job_chunk = divide(at.block, chunks());
    const ShiftJob& job = jobs[job_chunk.quotient];
    if (n == 2) {
      if (at.thread < band_sums) {
        job.sums[band_sums * job_chunk.remainder + at.thread] = shared.sums.total(at.thread);
      }
      return;
    }
    double own[band_sums] = {};
    PPATCH_ROLLED
    for (int r = 0; r < shift_rows; ++r) {
      const std::int64_t y = job_chunk.remainder * shift_rows + r;
      if (y < spectrum.height) add_row(job, y, at.thread, own);
    }
    shared.sums.put(at.thread, own);
  }

 private:
  PPATCH_HD void add_row(const ShiftJob& job, std::int64_t y, int thread,
                         double (&own)[band_sums]) const {
    const bool has_row = spectrum.has_row(y, job.flags);
    const std::int64_t first = spectrum.first_column(job.flags);
    const SpectrumValue row_phase = spectrum.row_phase(job, y);
    const float fy = spectrum.fy(y);
    float row[band_sums] = {};
    PPATCH_ROLLED
    for (std::int64_t k = thread; k < spectrum.columns(); k += threads) {
      const std::int64_t at = y * spectrum.row_floats() + 2 * k;
      SpectrumValue still;
      SpectrumValue moved;
      if (has_row && k >= first && k < spectrum.end_column()) {
        const float root = add_bin(job, y, k, fy, row_phase, row);
        const SpectrumValue phase = phase_of(row_phase, spectrum.column_phase(job, k));
        moved = turned({job.moving[at], job.moving[at + 1]}, phase);
        moved = {root * moved.re, root * moved.im};
        still = {root * job.reference[at], root * job.reference[at + 1]};
      }
      job.weighted[at] = still.re;
      job.weighted[at + 1] = still.im;
      job.moving[at] = moved.re;
      job.moving[at + 1] = moved.im;
    }
    for (int s = 0; s < band_sums; ++s) own[s] += static_cast<double>(row[s]);
  }

  // Returns the root of the bin's weight.
  PPATCH_HD float add_bin(const ShiftJob& job, std::int64_t y, std::int64_t k, float fy,
                          SpectrumValue row_phase, float (&row)[band_sums]) const {
    const ShiftBin bin = read_bin(spectrum, job, y, k, fy, row_phase);
    if (bin.f2 < spectrum.min_f2) return 0.0F;
    const RingWeight ring = job.weights[spectrum.ring(bin.f2)];
    float turn;
    const float leak = spectrum.template leak<true>(job, fy, bin.fx, bin.f2, &turn);
    const float weight = bin_weight(ring, leak);
    float part[band_sums];
    band_parts(
        {bin.z, bin.reference, bin.moving, fy, bin.fx, weight, ring.signal, turn, multiplicity(k)},
        part);
    for (int s = 0; s < band_sums; ++s) row[s] += part[s];
    return std::sqrt(weight);
  }
};

// The BandSums of a job from those of blocks. A block has a job.
struct ShiftBandTotals {
  static constexpr int threads = 128;
  struct Shared {
    BlockSums<band_sums, threads> sums;
  };
  using Private = Nothing;

  const ShiftJob* jobs = nullptr;
  std::int64_t count = 0, chunks = 0;

  std::int64_t blocks() const { return count; }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 3; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const ShiftJob& job = jobs[at.block];
    if (n == 0) {
      double own[band_sums] = {};
      PPATCH_ROLLED
      for (std::int64_t chunk = at.thread; chunk < chunks; chunk += threads) {
        for (int s = 0; s < band_sums; ++s) own[s] += job.sums[band_sums * chunk + s];
      }
      shared.sums.put(at.thread, own);
    } else if (n == 1) {
      shared.sums.gather(at.thread);
    } else if (at.thread < band_sums) {
      job.state->band[at.thread] = shared.sums.total(at.thread);
    }
  }
};

}  // namespace ppatch
