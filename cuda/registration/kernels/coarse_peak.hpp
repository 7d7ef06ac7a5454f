// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "cuda/registration/kernels/shift_rings.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/registration/lag_surface.hpp"
#include "kernels/registration/scene_image.hpp"
#include "math/division.hpp"

namespace ppatch {

// The largest of some values and where it is; -1: nowhere. Of equal ones the first.
struct LagPeak {
  double value = -static_cast<double>(INFINITY);
  std::int64_t at = -1;

  PPATCH_HD void take(double other, std::int64_t place) {
    const bool first = other == value && place >= 0 && place < at;
    if (!(other > value) && !first) return;
    value = other;
    at = place;
  }
};

struct CoarseJob {
  float* cross = nullptr;  // X/sqrt|X|, then the correlation
  float* phase = nullptr;  // M^, then X/sqrt|X| whitened by rings, then the correlation by phase
  const SceneImageState* image = nullptr;
  const ShiftJob* shift = nullptr;  // its sums are those of rings without regard to phases
  LagPeak* peaks = nullptr;         // of blocks
  SurfacePeaks* state = nullptr;
};

// The weights of the rings, and the surface's sums. A block has an image.
struct CoarseWeights {
  static constexpr int threads = 128;
  struct Shared {
    double weakest[2][threads];
    BlockSums<3, threads> sums;
  };
  using Private = Nothing;

  const CoarseJob* jobs = nullptr;
  std::int64_t count = 0, rings = 0;
  double ring_scale = 1.0;
  int copies = 1;  // see SceneGeometry

  std::int64_t blocks() const { return count; }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 4; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const CoarseJob& job = jobs[at.block];
    if (n == 2) return shared.sums.gather(at.thread);
    if (n == 3) {
      if (at.thread != 0) return;
      *job.state = SurfacePeaks();
      job.state->sums.bins = shared.sums.total(0);
      job.state->sums.square = shared.sums.total(1);
      job.state->sums.moment = shared.sums.total(2);
      job.state->sums.repeat(copies);
      return;
    }
    double weakest[2] = {static_cast<double>(INFINITY), static_cast<double>(INFINITY)};
    if (n == 1) {
      PPATCH_ROLLED
      for (int t = 0; t < threads; ++t) {
        for (int k = 0; k < 2; ++k) {
          if (shared.weakest[k][t] < weakest[k]) weakest[k] = shared.weakest[k][t];
        }
      }
    }
    SurfaceSums own;
    PPATCH_ROLLED
    for (std::int64_t ring = at.thread; ring < rings; ring += threads) {
      const double* sums = job.shift->sums + 4 * ring;
      if (n == 0) {
        for (int k = 0; k < 2 && sums[3] >= bins_of_weakest; ++k) {
          if (sums[1 + k] / sums[3] < weakest[k]) weakest[k] = sums[1 + k] / sums[3];
        }
      } else {
        const double f = (static_cast<double>(ring) + 0.5) / ring_scale;
        job.shift->weights[ring] = {0.0F, weigh_ring(sums, weakest, f, own)};
      }
    }
    if (n == 0) {
      for (int k = 0; k < 2; ++k) shared.weakest[k][at.thread] = weakest[k];
    } else {
      const double sums[3] = {own.bins, own.square, own.moment};
      shared.sums.put(at.thread, sums);
    }
  }
};

// X = conj(R^) M^ over its root, and that times the rings' weights, zero outside the band. A block
// has a row.
struct CoarseCross {
  static constexpr int threads = 128;
  using Shared = Nothing;
  using Private = Nothing;

  ShiftSpectrum spectrum;
  const float* reference = nullptr;  // the spectrum of jobs without a shift
  const SceneImageState* reference_image = nullptr;
  const CoarseJob* jobs = nullptr;
  std::int64_t count = 0;

  std::int64_t blocks() const { return count * spectrum.height; }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 1; }

  PPATCH_HD void step(std::int64_t, const BlockThread& at, Shared&, Private&) const {
    const Division job_row = divide(at.block, spectrum.height);
    const CoarseJob& job = jobs[job_row.quotient];
    const std::int64_t y = job_row.remainder;
    const std::uint32_t flags = reference_image->flags | job.image->flags;
    const bool has_row = spectrum.has_row(y, flags);
    const float fy = spectrum.fy(y);
    const float* const still = job.shift ? job.shift->reference : reference;
    PPATCH_ROLLED
    for (std::int64_t k = at.thread; k < spectrum.columns(); k += threads) {
      const std::int64_t place = y * spectrum.row_floats() + 2 * k;
      SpectrumValue x;
      float root = 0.0F;
      float weight = 0.0F;
      if (has_row && k >= spectrum.first_column(flags) && k < spectrum.end_column()) {
        x = cross_of({still[place], still[place + 1]}, {job.phase[place], job.phase[place + 1]});
        root = 1.0F / std::sqrt(std::sqrt(power_of(x)) + 1e-30F);
        const float fx = spectrum.fx(k);
        const float f2 = multiply_add(fx, fx, fy * fy);
        if (job.shift && f2 >= spectrum.min_f2) {
          weight = root * job.shift->weights[spectrum.ring(f2)].signal;
        }
      }
      job.cross[place] = x.re * root;
      job.cross[place + 1] = x.im * root;
      job.phase[place] = x.re * weight;
      job.phase[place + 1] = x.im * weight;
    }
  }
};

// The lags of a correlation on the device.
struct CoarseLags {
  std::int64_t height = 0, width = 0, row_floats = 0;  // of a correlation
  std::int64_t max_y = 0, max_x = 0;
  const float* tables = nullptr;  // see fill_lag_tables

  PPATCH_HD void surface(const float* data, LagSurface& out) const {
    out.data = data;
    out.height = height;
    out.width = width;
    out.stride = row_floats;
    out.set_tables(tables);
  }
  PPATCH_HD std::int64_t rows() const { return 2 * max_y + 1; }
  PPATCH_HD std::int64_t columns() const { return 2 * max_x + 1; }
  PPATCH_HD void lag_of(const LagPeak& peak, LagValue& out) const {
    out.value = peak.value;
    out.dy = peak.at < 0 ? 0 : peak.at / columns() - max_y;
    out.dx = peak.at < 0 ? 0 : peak.at % columns() - max_x;
  }
};

// Peaks within the largest lags, in order of dy, dx: of blocks of rows of lags. At first the
// largest of both correlations; then, with the peak known, the largest elsewhere, by phase of
// either sign, by phase times its share, and of local maxima times theirs.
struct CoarsePeaks {
  static constexpr int threads = 128;
  static constexpr int rows = 4;
  static constexpr int parts = 8;
  static constexpr int kinds = 3;
  struct Shared {
    LagPeak peak[kinds][threads];
    LagPeak part[kinds][parts];
  };
  using Private = Nothing;

  CoarseLags lags;
  bool second = false;
  double significant = 0.0;  // values over their noise above that count
  const CoarseJob* jobs = nullptr;
  std::int64_t count = 0;

  std::int64_t blocks() const { return count * chunks(); }
  PPATCH_HD std::int64_t chunks() const { return blocks_over(lags.rows(), rows); }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 3; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const Division job_chunk = divide(at.block, chunks());
    const CoarseJob& job = jobs[job_chunk.quotient];
    if (n == 0) {
      LagPeak best[kinds];
      PPATCH_ROLLED
      for (int r = 0; r < rows; ++r) {
        const std::int64_t lag_row = job_chunk.remainder * rows + r;
        if (lag_row >= lags.rows()) continue;
        if (second) {
          look_elsewhere(job, lag_row, at.thread, best);
        } else {
          look(job, lag_row, at.thread, best);
        }
      }
      for (int k = 0; k < kinds; ++k) shared.peak[k][at.thread] = best[k];
    } else if (n == 1) {
      if (at.thread >= kinds * parts) return;
      const int kind = at.thread / parts;
      LagPeak best;
      PPATCH_ROLLED
      for (int t = at.thread % parts; t < threads; t += parts) {
        best.take(shared.peak[kind][t].value, shared.peak[kind][t].at);
      }
      shared.part[kind][at.thread % parts] = best;
    } else if (at.thread < kinds) {
      LagPeak best;
      for (const LagPeak& part : shared.part[at.thread]) best.take(part.value, part.at);
      job.peaks[kinds * job_chunk.remainder + at.thread] = best;
    }
  }

 private:
  PPATCH_HD void look(const CoarseJob& job, std::int64_t lag_row, int thread,
                      LagPeak (&best)[kinds]) const {
    LagSurface cross;
    LagSurface phase;
    lags.surface(job.cross, cross);
    lags.surface(job.phase, phase);
    const std::int64_t y = cross.row_of(lag_row - lags.max_y);
    const auto scale_y = static_cast<double>(phase.scale_y[y]);
    PPATCH_ROLLED
    for (std::int64_t i = thread; i < lags.columns(); i += threads) {
      const std::int64_t x = cross.column_of(i - lags.max_x);
      const std::int64_t place = lag_row * lags.columns() + i;
      best[0].take(static_cast<double>(cross.data[y * cross.stride + x]), place);
      const float scaled = phase.data[y * phase.stride + x] * phase.scale_x[x];
      best[1].take(static_cast<double>(scaled) * scale_y, place);
    }
  }
  PPATCH_HD void look_elsewhere(const CoarseJob& job, std::int64_t lag_row, int thread,
                                LagPeak (&best)[kinds]) const {
    const SurfacePeaks& state = *job.state;
    if (!state.found) return;
    LagSurface cross;
    LagSurface phase;
    lags.surface(job.cross, cross);
    lags.surface(job.phase, phase);
    const std::int64_t dy = lag_row - lags.max_y;
    const std::int64_t y = cross.row_of(dy);
    const auto scale_y = static_cast<double>(phase.scale_y[y]);
    const auto share_y = static_cast<double>(phase.share_y[y]);
    const auto reach = static_cast<std::int64_t>(surface_reach(state.sums));
    const bool near_y = is_near(dy - state.peak.dy, reach);
    const double bound = significant * std::sqrt(state.sums.square);
    PPATCH_ROLLED
    for (std::int64_t i = thread; i < lags.columns(); i += threads) {
      const std::int64_t dx = i - lags.max_x;
      const std::int64_t x = cross.column_of(dx);
      const std::int64_t place = lag_row * lags.columns() + i;
      const bool near = near_y && is_near(dx - state.peak.dx, reach);
      const float value = phase.data[y * phase.stride + x];
      const double scaled = static_cast<double>(value * phase.scale_x[x]) * scale_y;
      best[0].take(near || scaled < 0.0 ? -scaled : scaled, place);
      if (near) continue;
      if (scaled > bound && share_y > 0.0) {
        best[1].take(static_cast<double>(value * phase.share_x[x]) * share_y, place);
      }
      const double shared = static_cast<double>(cross.data[y * cross.stride + x]) * share_y *
                            static_cast<double>(cross.share_x[x]);
      if (shared > best[2].value && shared > 0.0 && cross.is_top(dy, dx)) {
        best[2].take(shared, place);
      }
    }
  }
  PPATCH_HD static bool is_near(std::int64_t lag, std::int64_t reach) {
    return lag <= reach && -lag <= reach;
  }
};

// The peak from those of blocks, to a part of a sample; or what is elsewhere. A block has an image.
struct CoarseAnswer {
  static constexpr int threads = 32;
  struct Shared {
    LagPeak peak[CoarsePeaks::kinds][threads];
  };
  using Private = Nothing;

  CoarsePeaks peaks;

  std::int64_t blocks() const { return peaks.count; }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const CoarseJob& job = peaks.jobs[at.block];
    if (n == 0) {
      LagPeak best[CoarsePeaks::kinds];
      PPATCH_ROLLED
      for (std::int64_t chunk = at.thread; chunk < peaks.chunks(); chunk += threads) {
        for (int k = 0; k < CoarsePeaks::kinds; ++k) {
          const LagPeak& peak = job.peaks[CoarsePeaks::kinds * chunk + k];
          best[k].take(peak.value, peak.at);
        }
      }
      for (int k = 0; k < CoarsePeaks::kinds; ++k) shared.peak[k][at.thread] = best[k];
    } else if (at.thread == 0) {
      LagValue lags[CoarsePeaks::kinds];
      PPATCH_ROLLED
      for (int k = 0; k < CoarsePeaks::kinds; ++k) {
        LagPeak best;
        for (const LagPeak& peak : shared.peak[k]) best.take(peak.value, peak.at);
        peaks.lags.lag_of(best, lags[k]);
      }
      if (peaks.second) {
        answer_second(lags, *job.state);
      } else {
        answer(job, lags, *job.state);
      }
    }
  }

 private:
  PPATCH_HD void answer(const CoarseJob& job, const LagValue (&lags)[CoarsePeaks::kinds],
                        SurfacePeaks& state) const {
    LagSurface cross;
    LagSurface phase;
    peaks.lags.surface(job.cross, cross);
    peaks.lags.surface(job.phase, phase);
    choose_peak(cross, lags[0], phase, lags[1], state);
  }
  PPATCH_HD void answer_second(const LagValue (&lags)[CoarsePeaks::kinds],
                               SurfacePeaks& state) const {
    if (!state.found) return;
    if (lags[0].value > 0.0) state.other = lags[0].value;
    if (lags[1].value > 0.0) state.repeat = lags[1];
    if (lags[2].value > 0.0) state.correlation = lags[2];
  }
};

}  // namespace ppatch
