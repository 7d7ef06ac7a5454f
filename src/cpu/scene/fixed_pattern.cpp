// SPDX-License-Identifier: Apache-2.0
#include "cpu/scene/fixed_pattern.hpp"

#include <cmath>
#include <cstring>

namespace ptychopatch {
namespace {

// Beside the axis: lines 5 to 20 of the spectrum, where a scene still has about the power that it
// has on the axis.
constexpr int first_line = 5;
constexpr int line_count = 16;
constexpr double least_frequency = 0.10;
constexpr double most_frequency = 0.46;
constexpr double carrier_margin = 0.02;
constexpr double suspicious = 2.0;

double hann(std::int64_t i, std::int64_t n) {
  const double s = sin_pi((static_cast<double>(i) + 0.5) / static_cast<double>(n));
  return s * s;
}

bool near_carrier(double f, int lines) {
  for (int k = 1; 2 * k <= lines; ++k) {
    if (std::abs(f - static_cast<double>(k) / lines) < carrier_margin) return true;
  }
  return lines > 1 && std::abs(f - 0.25) < carrier_margin;
}

}  // namespace

std::int64_t FixedPattern::table_floats(std::int64_t height, std::int64_t width) {
  const std::int64_t longest = std::max(height, width);
  // A window, the runs' window, and a line's factors or its power.
  return longest + 3 * ((longest + run - 1) / run) + good_fft_size(longest);
}

void FixedPattern::add_row(std::int64_t y, const float* row) {
  static_assert(run == 16);
  loops_->sum_runs(row, width_, row_runs_ + y, height_);
  float* column = column_runs_ + y / run * width_;
  if (y % run == 0) {
    std::memcpy(column, row, static_cast<std::size_t>(width_) * sizeof(float));
  } else {
    loops_->add_rows(row, column, width_);
  }
}

void FixedPattern::sum_line(const float* runs, std::int64_t n, std::int64_t count,
                            const float* cosine, const float* sine, const float* window,
                            const EstimateTools& tools, std::int64_t lanes, float* out) {
  constexpr std::int64_t most = 512;  // samples of a block
  constexpr std::int64_t together = 32;
  tools.arena->parallel_for((n + most - 1) / most, [&](std::int64_t block, int) {
    const std::int64_t start = block * most;
    const std::int64_t samples = std::min(most, n - start);
    float re[most] = {};
    float im[most] = {};
    for (std::int64_t r = 0; r < count; r += together) {
      const auto now = static_cast<int>(std::min(together, count - r));
      const float* rows[together];
      for (int k = 0; k < now; ++k) rows[k] = runs + (r + k) * n + start;
      float part[most];
      tools.loops->combine(cosine + r, now, rows, part, samples);
      for (std::int64_t i = 0; i < samples; ++i) re[i] += part[i];
      tools.loops->combine(sine + r, now, rows, part, samples);
      for (std::int64_t i = 0; i < samples; ++i) im[i] += part[i];
    }
    for (std::int64_t i = 0; i < samples; ++i) {
      out[2 * (start + i) * lanes] = window[start + i] * re[i];
      out[(2 * (start + i) + 1) * lanes] = window[start + i] * im[i];
    }
  });
}

double FixedPattern::excess(const float* runs, std::int64_t n, std::int64_t count,
                            int carrier_lines, const FftProvider& fft,
                            const EstimateTools& tools) const {
  const std::int64_t size = good_fft_size(n);
  const auto transform = fft.make_complex(size);
  const std::int64_t lanes = fft.lanes;
  float* slab = tools.fft_slots.data;
  float* window = tools.tables;
  float* across = window + n;  // over the runs
  float* power = across + count;
  for (std::int64_t i = 0; i < n; ++i) window[i] = static_cast<float>(hann(i, n));
  for (std::int64_t r = 0; r < count; ++r) across[r] = static_cast<float>(hann(r, count));
  double on_axis = 0.0;
  double beside = 0.0;
  // Line 0, then the others, as many at once as there are lanes.
  for (int done = 0; done <= line_count; done += static_cast<int>(lanes)) {
    std::memset(slab, 0, static_cast<std::size_t>(2 * size * lanes) * sizeof(float));
    const int now = std::min(static_cast<int>(lanes), line_count + 1 - done);
    for (int l = 0; l < now; ++l) {
      const int line = done + l == 0 ? 0 : first_line - 1 + done + l;
      float* cosine = power;
      float* sine = cosine + count;
      for (std::int64_t r = 0; r < count; ++r) {
        double c = 0.0;
        double s = 0.0;
        unit_phase(static_cast<double>(line) * static_cast<double>(r) / static_cast<double>(count),
                   &c, &s);
        cosine[r] = static_cast<float>(c) * across[r];
        sine[r] = static_cast<float>(-s) * across[r];
      }
      sum_line(runs, n, count, cosine, sine, window, tools, lanes, slab + l);
    }
    const float* spectrum = transform->run(slab, slab + 2 * size * lanes, true);
    for (int l = 0; l < now; ++l) {
      std::int64_t kept = 0;
      for (std::int64_t k = 0; 2 * k < size; ++k) {
        const double f = static_cast<double>(k) / static_cast<double>(size);
        if (f <= least_frequency || f >= most_frequency || near_carrier(f, carrier_lines)) continue;
        const float re = spectrum[2 * k * lanes + l];
        const float im = spectrum[(2 * k + 1) * lanes + l];
        power[kept++] = re * re + im * im;
      }
      std::nth_element(power, power + kept / 2, power + kept);
      (done + l == 0 ? on_axis : beside) += power[kept / 2];
    }
  }
  return beside > 0.0 ? on_axis * line_count / beside : 0.0;
}

ExcludedLines FixedPattern::find(int carrier_lines, const FftProvider& fft,
                                 const EstimateTools& tools) const {
  ExcludedLines lines;
  lines.fx = excess(row_runs_, height_, runs_across(), carrier_lines, fft, tools) > suspicious;
  lines.fy = excess(column_runs_, width_, runs_down(), carrier_lines, fft, tools) > suspicious;
  return lines;
}

}  // namespace ptychopatch
