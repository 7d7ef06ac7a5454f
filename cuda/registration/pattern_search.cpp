// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/pattern_search.hpp"

#include "core/registration/fft_size.hpp"

namespace ppatch {
namespace {

// Where the arrays of both axes lie in one piece of memory.
class Arrays {
 public:
  Arrays(std::int64_t height, std::int64_t width, float* memory) : memory_(memory) {
    const std::int64_t side[2] = {height, width};
    for (int a = 0; a < 2; ++a) {
      PatternAxis& axis = axes_.of[a];
      axis.n = side[a];
      axis.count = blocks_over(side[1 - a], SceneRuns::length);
      axis.sums = sums_[a] = take(axis.n * axis.count);
      // A run lies along a row, or over rows.
      axis.sample_step = a == 0 ? axis.count : 1;
      axis.run_step = a == 0 ? 1 : axis.n;
      axis.size = good_fft_size(axis.n);
      axis.inner = divisor_near_root(axis.size);
      axis.outer = axis.size / axis.inner;
      axis.weights = take(axis.count * PatternLines::parts);
      axis.lines = take(axis.n * PatternLines::parts);
      axis.phases = take(2 * axis.size);
      axis.half_way = take(2 * axis.size * PatternLines::lines);
      axis.medians = take(PatternLines::lines);
    }
  }

  std::int64_t floats() const { return taken_; }
  SceneRuns runs() const { return {sums_[0], sums_[1]}; }
  const PatternAxes& axes() const { return axes_; }

 private:
  // From a multiple of 256 bytes on.
  float* take(std::int64_t count) {
    float* const here = memory_ ? memory_ + taken_ : nullptr;
    taken_ += (count + 63) / 64 * 64;
    return here;
  }
  static std::int64_t divisor_near_root(std::int64_t size) {
    std::int64_t best = 1;
    for (std::int64_t d = 1; d * d <= size; ++d) {
      if (size % d == 0) best = d;
    }
    return best;
  }

  float* memory_;
  std::int64_t taken_ = 0;
  float* sums_[2] = {};
  PatternAxes axes_;
};

std::int64_t floats_of(const SceneSettings& s) {
  return s.fixed_pattern && PatternLines::tell_of(s.height, s.width)
             ? Arrays(s.height, s.width, nullptr).floats()
             : 0;
}

}  // namespace

PatternSearch::PatternSearch(const SceneSettings& settings, const Machine& machine)
    : wanted_(settings.fixed_pattern),
      carrier_lines_(settings.cfa.period),
      memory_(machine.allocator, floats_of(settings)) {}

std::uint64_t PatternSearch::bytes(const SceneSettings& settings) {
  return DeviceBuffer<float>::bytes_of(floats_of(settings));
}

bool PatternSearch::applies(std::int64_t height, std::int64_t width) const {
  return wanted_ && PatternLines::tell_of(height, width);
}

SceneRuns PatternSearch::runs(std::int64_t height, std::int64_t width) const {
  return Arrays(height, width, memory_.data()).runs();
}

template <class Body>
void PatternSearch::run_each(const PatternAxes& axes, device::Stream stream) const {
  EachPiece<EachAxisPiece<Body>> kernel;
  kernel.body.axes = axes;
  kernel.body.first_axis = Body::pieces(axes.of[0]);
  kernel.count = kernel.body.first_axis + Body::pieces(axes.of[1]);
  device::launch(kernel, kernel.blocks(), stream);
}

void PatternSearch::find(std::int64_t height, std::int64_t width, SceneImageState* state,
                         device::Stream stream) const {
  PatternAxes axes = Arrays(height, width, memory_.data()).axes();
  axes.state = state;
  for (PatternAxis& axis : axes.of) {
    axis.carrier_lines = carrier_lines_;
    for (std::int64_t k = 0; k < axis.bins(); ++k) {
      if (PatternLines::looks_at(k, axis.size, carrier_lines_)) ++axis.kept;
    }
  }
  run_each<PatternTables>(axes, stream);
  run_each<PatternProjection>(axes, stream);
  run_each<PatternFirstStage>(axes, stream);
  run_each<PatternPowers>(axes, stream);
  PatternMedian median;
  median.axes = axes;
  device::launch(median, PatternMedian::blocks(), stream);
  EachPiece<PatternFlags> flags;
  flags.body.axes = axes;
  flags.body.flags[0] = PPATCH_SHIFT_FLAG_FIXED_ROWS;
  flags.body.flags[1] = PPATCH_SHIFT_FLAG_FIXED_COLUMNS;
  flags.body.state = state;
  flags.count = 1;
  device::launch(flags, flags.blocks(), stream);
}

}  // namespace ppatch
