// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/registration/scene_image.hpp"
#include "math/division.hpp"
#include "math/registration/parabola.hpp"

namespace ppatch {

// The largest of some values and where it is; -1: nowhere. Of equal ones the first.
struct LagPeak {
  float value = -static_cast<float>(INFINITY);
  std::int64_t at = -1;

  PPATCH_HD void take(float other, std::int64_t place) {
    const bool first = other == value && place >= 0 && place < at;
    if (!(other > value) && !first) return;
    value = other;
    at = place;
  }
};

// What is known of one image's coarse peak.
struct CoarseState {
  double displacement[2] = {0.0, 0.0};  // samples
  double second_ratio = 0.0;
  std::int64_t lag[2] = {0, 0};
  float highest = 0.0F;  // of the phase correlation about the peak
  std::int32_t found = 0;
};

struct CoarseJob {
  float* cross = nullptr;  // X/sqrt|X|, then the correlation
  float* phase = nullptr;  // M^, then X/|X|, then the phase correlation
  const SceneImageState* image = nullptr;
  LagPeak* peaks = nullptr;  // of blocks
  CoarseState* state = nullptr;
};

// X = conj(R^) M^ under both normalisations, zero outside the band. A block has a row.
struct CoarseCross {
  static constexpr int threads = 128;
  using Shared = Nothing;
  using Private = Nothing;

  ShiftSpectrum spectrum;
  const float* reference = nullptr;  // the spectrum
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
    PPATCH_ROLLED
    for (std::int64_t k = at.thread; k < spectrum.columns(); k += threads) {
      const std::int64_t place = y * spectrum.row_floats() + 2 * k;
      SpectrumValue x;
      float root = 0.0F;
      float size = 0.0F;
      if (has_row && k >= spectrum.first_column(flags) && k < spectrum.end_column()) {
        const float rr = reference[place];
        const float ri = reference[place + 1];
        const float mr = job.phase[place];
        const float mi = job.phase[place + 1];
        x = {rr * mr + ri * mi, rr * mi - ri * mr};
        size = std::sqrt(x.re * x.re + x.im * x.im) + 1e-30F;
        root = 1.0F / std::sqrt(size);
        size = 1.0F / size;
      }
      job.cross[place] = x.re * root;
      job.cross[place + 1] = x.im * root;
      job.phase[place] = x.re * size;
      job.phase[place + 1] = x.im * size;
    }
  }
};

// The largest value of a correlation within the largest lags, in order of dy, dx: of blocks of rows
// of lags. second: of the phase correlation, more than `apart` from the peak.
struct CoarsePeaks {
  static constexpr int threads = 128;
  static constexpr int rows = 4;
  static constexpr int parts = 8;
  struct Shared {
    LagPeak peak[threads];
    LagPeak part[parts];
  };
  using Private = Nothing;

  std::int64_t height = 0, width = 0, row_floats = 0;  // of a correlation
  std::int64_t max_y = 0, max_x = 0;
  double apart = 0.0;
  bool second = false;
  const CoarseJob* jobs = nullptr;
  std::int64_t count = 0;

  std::int64_t blocks() const { return count * chunks(); }
  PPATCH_HD std::int64_t lag_rows() const { return 2 * max_y + 1; }
  PPATCH_HD std::int64_t lag_columns() const { return 2 * max_x + 1; }
  PPATCH_HD std::int64_t chunks() const { return blocks_over(lag_rows(), rows); }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 3; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const Division job_chunk = divide(at.block, chunks());
    const CoarseJob& job = jobs[job_chunk.quotient];
    if (n == 0) {
      LagPeak best;
      PPATCH_ROLLED
      for (int r = 0; r < rows; ++r) {
        look(job, job_chunk.remainder * rows + r, at.thread, best);
      }
      shared.peak[at.thread] = best;
    } else if (n == 1) {
      if (at.thread >= parts) return;
      LagPeak best;
      for (int t = at.thread; t < threads; t += parts) {
        best.take(shared.peak[t].value, shared.peak[t].at);
      }
      shared.part[at.thread] = best;
    } else if (at.thread == 0) {
      LagPeak best;
      for (const LagPeak& part : shared.part) best.take(part.value, part.at);
      job.peaks[job_chunk.remainder] = best;
    }
  }

 private:
  PPATCH_HD void look(const CoarseJob& job, std::int64_t lag_row, int thread, LagPeak& best) const {
    if (lag_row >= lag_rows()) return;
    const std::int64_t dy = lag_row - max_y;
    const float* row = (second ? job.phase : job.cross) + (dy < 0 ? dy + height : dy) * row_floats;
    const bool far_y = second && is_apart(dy - job.state->lag[0]);
    PPATCH_ROLLED
    for (std::int64_t i = thread; i < lag_columns(); i += threads) {
      const std::int64_t dx = i - max_x;
      if (second && !far_y && !is_apart(dx - job.state->lag[1])) continue;
      best.take(row[dx < 0 ? dx + width : dx], lag_row * lag_columns() + i);
    }
  }
  PPATCH_HD bool is_apart(std::int64_t lag) const {
    return static_cast<double>(lag < 0 ? -lag : lag) > apart;
  }
};

// The peak from those of blocks, to a part of a sample; or the second one. A block has an image.
struct CoarseAnswer {
  static constexpr int threads = 32;
  struct Shared {
    LagPeak peak[threads];
  };
  using Private = Nothing;

  CoarsePeaks peaks;

  std::int64_t blocks() const { return peaks.count; }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const CoarseJob& job = peaks.jobs[at.block];
    if (n == 0) {
      LagPeak best;
      for (std::int64_t chunk = at.thread; chunk < peaks.chunks(); chunk += threads) {
        best.take(job.peaks[chunk].value, job.peaks[chunk].at);
      }
      shared.peak[at.thread] = best;
    } else if (at.thread == 0) {
      LagPeak best;
      for (const LagPeak& peak : shared.peak) best.take(peak.value, peak.at);
      if (peaks.second) {
        answer_second(best, *job.state);
      } else {
        answer(job, best, *job.state);
      }
    }
  }

 private:
  PPATCH_HD float at(const float* map, std::int64_t dy, std::int64_t dx) const {
    const std::int64_t y = (dy % peaks.height + peaks.height) % peaks.height;
    const std::int64_t x = (dx % peaks.width + peaks.width) % peaks.width;
    return map[y * peaks.row_floats + x];
  }
  PPATCH_HD void answer(const CoarseJob& job, const LagPeak& best, CoarseState& state) const {
    state = CoarseState();
    if (!(best.value > 0.0F)) return;
    state.found = 1;
    const std::int64_t dy = best.at / peaks.lag_columns() - peaks.max_y;
    const std::int64_t dx = best.at % peaks.lag_columns() - peaks.max_x;
    const double middle = best.value;
    const float* map = job.cross;
    state.lag[0] = dy;
    state.lag[1] = dx;
    state.displacement[0] =
        static_cast<double>(dy) + parabola_vertex(at(map, dy - 1, dx), middle, at(map, dy + 1, dx));
    state.displacement[1] =
        static_cast<double>(dx) + parabola_vertex(at(map, dy, dx - 1), middle, at(map, dy, dx + 1));
    PPATCH_ROLLED
    for (int i = 0; i < 25; ++i) {
      const float value = at(job.phase, dy + i / 5 - 2, dx + i % 5 - 2);
      if (value > state.highest) state.highest = value;
    }
  }
  PPATCH_HD void answer_second(const LagPeak& best, CoarseState& state) const {
    if (!state.found) return;
    const double ratio = static_cast<double>(best.value) / static_cast<double>(state.highest);
    state.second_ratio = !(state.highest > 0.0F) ? 1.0 : ratio > 0.0 ? ratio : 0.0;
  }
};

}  // namespace ppatch
