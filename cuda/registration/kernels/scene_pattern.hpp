// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/block_select.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/registration/conditioning.hpp"
#include "kernels/registration/pattern_lines.hpp"
#include "kernels/registration/scene_image.hpp"
#include "math/division.hpp"
#include "math/multiply_add.hpp"
#include "math/phase.hpp"

// The search for fixed patterns on a device: of sums over runs along one axis, lines of the
// spectrum; of those, spectra along the other axis; of these, median powers.
namespace ppatch {

// One axis: n samples, each with sums over `count` runs. Transforms of `size` = inner * outer
// samples, n of them and zeros, are made in two stages.
struct PatternAxis {
  std::int64_t n = 0, count = 0;
  const float* sums = nullptr;  // of sample i and run r at [i * sample_step + r * run_step]
  std::int64_t sample_step = 0, run_step = 0;
  std::int64_t size = 0, inner = 0, outer = 0;
  int carrier_lines = 1;
  std::int64_t kept = 0;      // bins that are looked at
  float* weights = nullptr;   // of run r in part q at [r * parts + q]
  float* lines = nullptr;     // sample i of part q at [q * n + i]; later powers, by line
  float* phases = nullptr;    // e^{-2 pi i k / size}, interleaved
  float* half_way = nullptr;  // complex, by line, by sample within outer, by bin within inner
  float* medians = nullptr;   // by line

  std::int64_t bins() const { return (size + 1) / 2; }
};

struct PatternAxes {
  PatternAxis of[2];
  const SceneImageState* state = nullptr;
};

// Pieces of both axes, so many of each. Body has piece(axis, index).
template <class Body>
struct EachAxisPiece {
  PatternAxes axes;
  std::int64_t first_axis = 0;  // its pieces

  PPATCH_HD void operator()(std::int64_t index) const {
    if (axes.state->status != scene_ok) return;
    const bool second = index >= first_axis;
    Body::piece(axes.of[second ? 1 : 0], second ? index - first_axis : index);
  }
};

struct PatternTables {
  static std::int64_t pieces(const PatternAxis& axis) {
    return axis.count * PatternLines::lines + axis.size;
  }
  PPATCH_HD static void piece(const PatternAxis& axis, std::int64_t index) {
    double cosine = 0.0;
    double sine = 0.0;
    if (index < axis.size) {
      unit_phase(static_cast<double>(index) / static_cast<double>(axis.size), &cosine, &sine);
      axis.phases[2 * index] = static_cast<float>(cosine);
      axis.phases[2 * index + 1] = static_cast<float>(-sine);
      return;
    }
    const Division place = divide(index - axis.size, PatternLines::lines);
    const std::int64_t turned =
        divide(PatternLines::number(static_cast<int>(place.remainder)) * place.quotient, axis.count)
            .remainder;
    unit_phase(static_cast<double>(turned) / static_cast<double>(axis.count), &cosine, &sine);
    const auto window = static_cast<float>(PatternLines::window(place.quotient, axis.count));
    float* const to = axis.weights + 2 * (index - axis.size);
    to[0] = static_cast<float>(cosine) * window;
    to[1] = static_cast<float>(-sine) * window;
  }
};

// A thread does both parts of a line, at some samples that lie apart.
struct PatternProjection {
  static constexpr int samples = 4;
  struct alignas(2 * sizeof(float)) Weight {
    float part[2];
  };

  PPATCH_HD static std::int64_t apart(const PatternAxis& axis) {
    return blocks_over(axis.n, samples);
  }
  static std::int64_t pieces(const PatternAxis& axis) { return apart(axis) * PatternLines::lines; }
  PPATCH_HD static void piece(const PatternAxis& axis, std::int64_t index) {
    // Threads side by side read sums, or weights, that lie side by side.
    const bool by_sample = axis.sample_step == 1;
    const Division place = divide(index, by_sample ? apart(axis) : PatternLines::lines);
    const std::int64_t first = by_sample ? place.remainder : place.quotient;
    const std::int64_t line = by_sample ? place.quotient : place.remainder;
    const auto* weights = reinterpret_cast<const Weight*>(axis.weights) + line;
    const float* sums[samples];
    for (int s = 0; s < samples; ++s) {
      const std::int64_t i = first + s * apart(axis);
      sums[s] = axis.sums + (i < axis.n ? i : first) * axis.sample_step;
    }
    float sum[samples][2] = {};
    for (std::int64_t r = 0; r < axis.count; ++r) {
      const Weight weight = weights[r * PatternLines::lines];
      for (int s = 0; s < samples; ++s) {
        const float value = sums[s][r * axis.run_step];
        for (int q = 0; q < 2; ++q) {
          sum[s][q] = multiply_add(weight.part[q], value, sum[s][q]);
        }
      }
    }
    for (int s = 0; s < samples; ++s) {
      const std::int64_t i = first + s * apart(axis);
      if (i >= axis.n) return;
      const auto window = static_cast<float>(PatternLines::window(i, axis.n));
      for (int q = 0; q < 2; ++q) axis.lines[(2 * line + q) * axis.n + i] = sum[s][q] * window;
    }
  }
};

// Sums over every outer-th sample.
struct PatternFirstStage {
  static std::int64_t pieces(const PatternAxis& axis) { return axis.size * PatternLines::lines; }
  PPATCH_HD static void piece(const PatternAxis& axis, std::int64_t index) {
    const Division line = divide(index, axis.size);
    const Division place = divide(line.remainder, axis.inner);
    const float* re = axis.lines + 2 * line.quotient * axis.n;
    const float* im = re + axis.n;
    const std::int64_t step = axis.outer * place.remainder;
    std::int64_t at = 0;
    float sum_re = 0.0F;
    float sum_im = 0.0F;
    for (std::int64_t i = place.quotient; i < axis.n; i += axis.outer) {
      const float c = axis.phases[2 * at];
      const float s = axis.phases[2 * at + 1];
      sum_re = multiply_add(c, re[i], multiply_add(-s, im[i], sum_re));
      sum_im = multiply_add(c, im[i], multiply_add(s, re[i], sum_im));
      at += step;
      if (at >= axis.size) at -= axis.size;
    }
    axis.half_way[2 * index] = sum_re;
    axis.half_way[2 * index + 1] = sum_im;
  }
};

// Powers of the bins, which take the lines' place; of those that are left out, no_bound.
struct PatternPowers {
  static std::int64_t pieces(const PatternAxis& axis) { return axis.bins() * PatternLines::lines; }
  PPATCH_HD static void piece(const PatternAxis& axis, std::int64_t index) {
    const Division line = divide(index, (axis.size + 1) / 2);
    const std::int64_t k = line.remainder;
    const float* from =
        axis.half_way + 2 * (line.quotient * axis.size + divide(k, axis.inner).remainder);
    std::int64_t at = 0;
    float re = 0.0F;
    float im = 0.0F;
    for (std::int64_t i = 0; i < axis.outer; ++i) {
      const float c = axis.phases[2 * at];
      const float s = axis.phases[2 * at + 1];
      const float x = from[2 * i * axis.inner];
      const float y = from[2 * i * axis.inner + 1];
      re = multiply_add(c, x, multiply_add(-s, y, re));
      im = multiply_add(c, y, multiply_add(s, x, im));
      at += k;
      if (at >= axis.size) at -= axis.size;
    }
    const bool looks = PatternLines::looks_at(k, axis.size, axis.carrier_lines);
    axis.lines[index] = looks ? re * re + im * im : no_bound;
  }
};

// The median of a line's powers: a block finds one.
struct PatternMedian {
  static constexpr int threads = 256;
  using Select = BlockSelect<threads>;
  using Shared = Select::Shared;
  using Private = Select::Private;

  PatternAxes axes;

  static std::int64_t blocks() { return std::int64_t{2} * PatternLines::lines; }
  PPATCH_HD std::int64_t steps(std::int64_t) const {
    return axes.state->status == scene_ok ? Select::steps + 1 : 0;
  }
  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const auto block = static_cast<int>(at.block);
    const PatternAxis& axis = axes.of[block / PatternLines::lines];
    const int line = block % PatternLines::lines;
    if (n == Select::steps) {
      if (at.thread == 0) axis.medians[line] = float_of(own.found);
      return;
    }
    const std::int64_t bins = (axis.size + 1) / 2;
    const float* powers = axis.lines + line * bins;
    const auto value = [&](std::int64_t k) { return powers[k]; };
    Select::step(n, at.thread, bins, axis.kept / 2, value, shared, own);
  }
};

// Which axes have a pattern.
struct PatternFlags {
  PatternAxes axes;
  std::uint32_t flags[2] = {};
  SceneImageState* state = nullptr;

  PPATCH_HD void operator()(std::int64_t) const {
    if (state->status != scene_ok) return;
    std::uint32_t found = 0;
    for (int a = 0; a < 2; ++a) {
      double powers[PatternLines::lines];
      for (int l = 0; l < PatternLines::lines; ++l) {
        powers[l] = static_cast<double>(axes.of[a].medians[l]);
      }
      if (PatternLines::excess(powers) > PatternLines::suspicious) found |= flags[a];
    }
    state->flags = found;
  }
};

}  // namespace ppatch
