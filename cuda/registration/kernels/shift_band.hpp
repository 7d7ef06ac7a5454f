// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "cuda/registration/kernels/block_sums.hpp"
#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/registration/kernels/shift_newton.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"

namespace ppatch {

// BandSums. R^ times the root of the weight goes to `weighted`, M^ is multiplied by that and
// e^{2 pi i f.r}; both are zero outside the band.
struct ShiftBandBins {
  static constexpr int sums = band_sums;

  PPATCH_HD static bool is_summed(const ShiftJob&) { return true; }
  PPATCH_HD static void add_row(const ShiftSpectrum& spectrum, const ShiftJob& job, std::int64_t y,
                                int thread, double (&own)[sums]) {
    const bool has_row = spectrum.has_row(y, job.flags);
    const std::int64_t first = spectrum.first_column(job.flags);
    const SpectrumValue row_phase = spectrum.row_phase(job, y);
    const float fy = spectrum.fy(y);
    float row[band_sums] = {};
    PPATCH_ROLLED
    for (std::int64_t k = thread; k < spectrum.columns(); k += shift_threads) {
      const std::int64_t at = y * spectrum.row_floats() + 2 * k;
      SpectrumValue still;
      SpectrumValue moved;
      if (has_row && k >= first && k < spectrum.end_column()) {
        const float root = add_bin(spectrum, job, y, k, fy, row_phase, row);
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

 private:
  // Returns the root of the bin's weight.
  PPATCH_HD static float add_bin(const ShiftSpectrum& spectrum, const ShiftJob& job, std::int64_t y,
                                 std::int64_t k, float fy, SpectrumValue row_phase,
                                 float (&row)[band_sums]) {
    const ShiftBin bin = read_bin(spectrum, job, y, k, fy, row_phase);
    if (bin.f2 < spectrum.min_f2) return 0.0F;
    const RingWeight ring = job.weights[spectrum.ring(bin.f2)];
    float turn;
    const float leak = spectrum.template leak<true>(job, fy, bin.fx, bin.f2, &turn);
    const float weight = bin_weight(ring, leak);
    float part[band_sums];
    band_parts(
        {bin.z, bin.reference, bin.moving, fy, bin.fx, weight, ring.signal, turn, multiplicity(k),
         std::sqrt(bin.reference) * std::sqrt(bin.moving), bin.f2 > job.split_f2 ? 1.0F : 0.0F},
        part);
    for (int s = 0; s < band_sums; ++s) row[s] += part[s];
    return std::sqrt(weight);
  }
};
using ShiftBandSums = ShiftBinSums<ShiftBandBins>;

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
