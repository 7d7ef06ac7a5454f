// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/fixed_pattern.hpp"

#include <cmath>
#include <cstring>
#include <memory>

#include "core/registration/fft_size.hpp"
#include "cpu/registration/phase_ramp.hpp"

namespace ppatch {
namespace {

constexpr int all_lines = PatternLines::lines;
constexpr int parts = PatternLines::parts;
constexpr int padded_parts = (parts + 7) / 8 * 8;

}  // namespace

std::int64_t FixedPattern::floats(std::int64_t height, std::int64_t width) {
  const std::int64_t across = (width + run - 1) / run;
  const std::int64_t down = (height + run - 1) / run;
  return std::max((across + padded_parts) * height + padded_parts * across,
                  (down + parts) * width + parts * down);
}

FixedPattern::Runs FixedPattern::runs(int axis) const {
  Runs runs;
  runs.axis = axis;
  runs.n = axis == 0 ? height_ : width_;
  runs.count = ((axis == 0 ? width_ : height_) + run - 1) / run;
  runs.sums = memory_[axis];
  runs.weights = runs.sums + runs.count * runs.n;
  if (axis == 0) {
    runs.sample_step = runs.weight_step = padded_parts;
    runs.lines = runs.weights + padded_parts * runs.count;
  } else {
    runs.line_step = runs.n;
    runs.weight_line_step = runs.count;
    runs.lines = runs.weights + parts * runs.count;
  }
  return runs;
}

void FixedPattern::add_row(std::int64_t y, const float* row) {
  static_assert(run == 16);
  loops_->sum_runs(row, width_, memory_[0] + y * ((width_ + run - 1) / run));
  float* column = memory_[1] + y / run * width_;
  if (y % run == 0) {
    std::memcpy(column, row, static_cast<std::size_t>(width_) * sizeof(float));
  } else {
    loops_->add_rows(row, column, width_);
  }
}

void FixedPattern::project(const Runs& runs, std::int64_t start, std::int64_t samples) const {
  float* lines = runs.lines + start * runs.sample_step;
  if (runs.axis == 0) {
    loops_->project_rows(runs.sums + start * runs.count, runs.count, runs.weights, padded_parts,
                         lines, samples);
  } else {
    loops_->project(runs.sums + start, runs.n, runs.count, runs.weights, parts, lines, samples);
  }
  for_hann(runs.n, start, start + samples, [&](std::int64_t i, double window) {
    float* sample = lines + (i - start) * runs.sample_step;
    for (int l = 0; l < parts; ++l) sample[l * runs.line_step] *= static_cast<float>(window);
  });
}

void FixedPattern::line_powers(const Runs& runs, int first, int carrier_lines,
                               const FftProvider& fft, const SlabFft& transform, std::int64_t size,
                               float* slab, double* powers) {
  const std::int64_t lanes = fft.lanes;
  const int now = std::min(static_cast<int>(lanes), all_lines - first);
  std::memset(slab, 0, static_cast<std::size_t>(2 * size * lanes) * sizeof(float));
  for (int l = 0; l < now; ++l) {
    const float* re = runs.lines + 2 * (first + l) * runs.line_step;
    const float* im = re + runs.line_step;
    for (std::int64_t i = 0; i < runs.n; ++i) {
      slab[2 * i * lanes + l] = re[i * runs.sample_step];
      slab[(2 * i + 1) * lanes + l] = im[i * runs.sample_step];
    }
  }
  const float* spectrum = transform.run(slab, slab + 2 * size * lanes, true);
  for (int l = 0; l < now; ++l) {
    float* power = runs.sums + (first + l) * runs.n;  // the sums are done with
    std::int64_t kept = 0;
    for (std::int64_t k = 0; 2 * k < size; ++k) {
      if (!PatternLines::looks_at(k, size, carrier_lines)) continue;
      const float re = spectrum[2 * k * lanes + l];
      const float im = spectrum[(2 * k + 1) * lanes + l];
      power[kept++] = re * re + im * im;
    }
    std::nth_element(power, power + kept / 2, power + kept);
    powers[first + l] = power[kept / 2];
  }
}

void FixedPattern::fill_weights(const Runs& runs) {
  // Of e^{-2 pi i k / count}: there are no lines yet where it stands.
  float* cosine = runs.lines;
  float* sine = cosine + runs.count;
  for_phases(1.0 / static_cast<double>(runs.count), 0.0, 0, runs.count,
             [&](std::int64_t k, double c, double s) {
               cosine[k] = static_cast<float>(c);
               sine[k] = static_cast<float>(-s);
             });
  for_hann(runs.count, 0, runs.count, [&](std::int64_t i, double window) {
    float* weight = runs.weights + i * runs.weight_step;
    for (int l = parts; runs.axis == 0 && l < padded_parts; ++l) weight[l] = 0.0F;
    for (int l = 0; l < all_lines; ++l) {
      const std::int64_t k = PatternLines::number(l) * i % runs.count;
      weight[2 * l * runs.weight_line_step] = cosine[k] * static_cast<float>(window);
      weight[(2 * l + 1) * runs.weight_line_step] = sine[k] * static_cast<float>(window);
    }
  });
}

ExcludedLines FixedPattern::find(int carrier_lines, const FftProvider& fft,
                                 const EstimateTools& tools) const {
  constexpr std::int64_t samples = 512;  // of a block
  Runs both[2];
  std::int64_t size[2];
  std::unique_ptr<SlabFft> transform[2];
  for (int axis = 0; axis < 2; ++axis) {
    both[axis] = runs(axis);
    const Runs& r = both[axis];
    fill_weights(r);
    size[axis] = good_fft_size(r.n);
    transform[axis] = fft.make_complex(size[axis]);
  }
  const std::int64_t blocks[2] = {(both[0].n + samples - 1) / samples,
                                  (both[1].n + samples - 1) / samples};
  tools.arena->parallel_for(blocks[0] + blocks[1], [&](std::int64_t index, int) {
    const int axis = index < blocks[0] ? 0 : 1;
    const std::int64_t start = (index - axis * blocks[0]) * samples;
    project(both[axis], start, std::min(samples, both[axis].n - start));
  });
  const int batches = (all_lines + fft.lanes - 1) / fft.lanes;
  double powers[2][all_lines];
  tools.arena->parallel_for(2 * batches, [&](std::int64_t index, int slot) {
    const auto axis = static_cast<int>(index % 2);
    line_powers(both[axis], static_cast<int>(index / 2) * fft.lanes, carrier_lines, fft,
                *transform[axis], size[axis], tools.fft_slots.data + slot * tools.fft_slots.floats,
                powers[axis]);
  });
  ExcludedLines lines;
  lines.fx = PatternLines::excess(powers[0]) > PatternLines::suspicious;
  lines.fy = PatternLines::excess(powers[1]) > PatternLines::suspicious;
  return lines;
}

}  // namespace ppatch
