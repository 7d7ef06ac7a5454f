// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "cuda/registration/kernels/block_sums.hpp"
#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"

namespace ppatch {

// Sums of cross, reference, moving and number of bins, by ring; or |R^||M^| in place of cross. A
// block has some rows and some rings, a thread one ring: in a row its bins lie side by side,
// between columns that are found first. sums[4 (chunk * rings + ring)].
struct ShiftRingSums {
  static constexpr int threads = 128;
  static constexpr int rows = 16;
  struct Shared {
    std::int32_t first[rows][threads + 1];
  };
  using Private = Nothing;

  ShiftSpectrum spectrum;
  const ShiftJob* jobs = nullptr;
  std::int64_t count = 0, rings = 0;
  bool sizes = false;  // without regard to phases

  std::int64_t blocks() const { return count * chunks() * groups(); }
  PPATCH_HD std::int64_t chunks() const { return blocks_over(spectrum.height, rows); }
  PPATCH_HD std::int64_t groups() const { return blocks_over(rings, threads); }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const Division chunk_group = divide(at.block, groups());
    const Division job_chunk = divide(chunk_group.quotient, chunks());
    const ShiftJob& job = jobs[job_chunk.quotient];
    const std::int64_t y0 = job_chunk.remainder * rows;
    const std::int64_t ring0 = chunk_group.remainder * threads;
    if (n == 0) {
      PPATCH_ROLLED
      for (int i = at.thread; i < rows * (threads + 1); i += threads) {
        const int r = i / (threads + 1);
        const int t = i % (threads + 1);
        shared.first[r][t] =
            y0 + r < spectrum.height && spectrum.has_row(y0 + r, job.lines())
                ? first_of(spectrum.fy(y0 + r), static_cast<std::int32_t>(ring0 + t), job.lines())
                : 0;
      }
      return;
    }
    if (ring0 + at.thread >= rings) return;
    double sums[4] = {};
    PPATCH_ROLLED
    for (int r = 0; r < rows; ++r) {
      add_row(job, y0 + r, shared.first[r][at.thread], shared.first[r][at.thread + 1], sums);
    }
    double* to = job.sums + 4 * (job_chunk.remainder * rings + ring0 + at.thread);
    for (int s = 0; s < 4; ++s) to[s] = sums[s];
  }

 private:
  PPATCH_HD float f2_of(float fy, std::int64_t k) const {
    const float fx = spectrum.fx(k);
    return multiply_add(fx, fx, fy * fy);
  }
  // The first column whose ring is that one or a later one: near where geometry has it.
  PPATCH_HD std::int32_t first_of(float fy, std::int32_t ring, std::uint32_t flags) const {
    const auto first = static_cast<std::int32_t>(spectrum.first_column(flags));
    const auto end = static_cast<std::int32_t>(spectrum.end_column());
    const float f = static_cast<float>(ring) / spectrum.ring_scale;
    const float square = f * f - fy * fy;
    const float near =
        square > 0.0F ? std::sqrt(square) * static_cast<float>(spectrum.width) : 0.0F;
    auto k = near < static_cast<float>(end) ? static_cast<std::int32_t>(near) : end;
    if (k < first) k = first;
    while (k > first && spectrum.ring(f2_of(fy, k - 1)) >= ring) --k;
    while (k < end && spectrum.ring(f2_of(fy, k)) < ring) ++k;
    return k;
  }
  PPATCH_HD void add_row(const ShiftJob& job, std::int64_t y, std::int32_t first, std::int32_t end,
                         double (&sums)[4]) const {
    if (first >= end) return;
    const SpectrumValue row_phase = spectrum.row_phase(job, y);
    const float fy = spectrum.fy(y);
    float cross = 0.0F;
    float reference = 0.0F;
    float moving = 0.0F;
    float bins = 0.0F;
    PPATCH_ROLLED
    for (std::int32_t k = first; k < end; ++k) {
      const ShiftBin bin = read_bin(spectrum, job, y, k, fy, row_phase);
      if (bin.f2 < spectrum.min_f2) continue;
      if (sizes) {
        // Column 0 has both of each pair of bins.
        const float share = 0.5F * multiplicity(k);
        cross += share * (std::sqrt(bin.reference) * std::sqrt(bin.moving));
        reference += share * bin.reference;
        moving += share * bin.moving;
        bins += share;
        continue;
      }
      cross += bin.z.re;
      reference += bin.reference;
      moving += bin.moving;
      bins += 1.0F;
    }
    sums[0] += static_cast<double>(cross);
    sums[1] += static_cast<double>(reference);
    sums[2] += static_cast<double>(moving);
    sums[3] += static_cast<double>(bins);
  }
};

// The chunks' sums, added up in order into the first chunk's.
struct ShiftRingTotals {
  const ShiftJob* jobs = nullptr;
  std::int64_t rings = 0, chunks = 0;

  PPATCH_HD std::int64_t pieces() const { return 4 * rings; }
  PPATCH_HD void operator()(std::int64_t index) const {
    const Division job_piece = divide(index, pieces());
    double* const sums = jobs[job_piece.quotient].sums + job_piece.remainder;
    double total = 0.0;
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) total += sums[chunk * pieces()];
    *sums = total;
  }
};

// The weights of the rings from their sums, and the means of the band. A block has a job.
struct ShiftRingWeights {
  static constexpr int threads = 128;
  struct Shared {
    BlockSums<power_totals, threads> powers;
    BlockSums<ring_totals, threads> sums;
  };
  using Private = Nothing;

  const ShiftJob* jobs = nullptr;
  std::int64_t count = 0, rings = 0;

  std::int64_t blocks() const { return count; }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 5; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const ShiftJob& job = jobs[at.block];
    if (n == 0) return add_all(job, at.thread, shared);
    if (n == 1) return shared.powers.gather(at.thread);
    if (n == 2) return weigh(job, at.thread, shared);
    if (n == 3) return shared.sums.gather(at.thread);
    if (at.thread != 0) return;
    double totals[ring_totals];
    for (int s = 0; s < ring_totals; ++s) totals[s] = shared.sums.total(s);
    fill_means(totals, job.state->means);
    job.state->stepping = totals[ring_weighted] > 0.0 ? 1 : 0;
    job.state->iterations = 0;
  }

 private:
  PPATCH_HD void add_all(const ShiftJob& job, int thread, Shared& shared) const {
    double own[power_totals] = {};
    PPATCH_ROLLED
    for (std::int64_t ring = thread; ring < rings; ring += threads) {
      add_powers(job.sums + 4 * ring, own);
    }
    shared.powers.put(thread, own);
  }
  PPATCH_HD void weigh(const ShiftJob& job, int thread, Shared& shared) const {
    double powers[power_totals];
    for (int s = 0; s < power_totals; ++s) powers[s] = shared.powers.total(s);
    const RingFloor floor = ring_floor(powers, job.floor);
    double own[ring_totals] = {};
    PPATCH_ROLLED
    for (std::int64_t ring = thread; ring < rings; ring += threads) {
      if (ring >= job.end_ring) {
        job.weights[ring] = RingWeight();
        continue;
      }
      const double* sums = job.sums + 4 * ring;
      const RingSums with = with_floor(sums, floor);
      const RingWeight weight = ring_weight(with, sums[3], sums[3] * job.independent);
      job.weights[ring] = weight;
      add_ring(with, sums[3], sums[3] * job.independent, weight.noise >= 0.0F, own);
    }
    shared.sums.put(thread, own);
  }
};

}  // namespace ppatch
