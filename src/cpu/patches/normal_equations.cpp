// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/normal_equations.hpp"

#include <cstdlib>

#include "core/dtype_dispatch.hpp"

namespace ppatch {
namespace {

// Whether patch k may touch rows [first, last) of an image, asked before its taps are known.
bool may_meet(const PatchProblem& problem, std::int64_t k, std::int64_t height, std::int64_t first,
              std::int64_t last) {
  const std::int64_t begin = problem.origins[k].y - max_taps;
  const std::int64_t extent = problem.height + 2 * max_taps;
  return is_folded(problem.boundary, begin, extent, height) ||
         (begin < last && begin + extent > first);
}

// One patch on its way into some rows of the sums.
class PatchSummand {
 public:
  PatchSummand(const NormalJob& job, std::int64_t k, const NormalSums& sums,
               const SolveLoopTable& loops, double* scratch)
      : job_(job),
        k_(k),
        sums_(sums),
        shape_(sums.shape),
        loops_(loops),
        weight_(job.weights ? job.weights[k] : 1.0) {
    const PatchProblem& problem = job.problem;
    const auto taps = sampling_patch_taps<double>(problem.interpolation, problem.origins[k]);
    y_ = {taps.y, problem.boundary, problem.height, shape_.height};
    x_ = {taps.x, problem.boundary, problem.width, shape_.width};
    scratch_ = scratch;
  }

  void add(std::int64_t first, std::int64_t last) {
    first_ = first;
    last_ = last;
    by_y_ = axis(SolveShape::max_band);
    by_x_ = axis(shape_.width);
    y_.fill(first_, last_, by_y_);
    x_.fill(0, shape_.width, by_x_);
    if (by_y_.begin >= by_y_.end || by_x_.begin >= by_x_.end) return;
    add_stencil();
    with_pixel(job_.in.dtype, [&](auto pixel) { add_rows<decltype(pixel)>(); });
  }

 private:
  double* take(std::int64_t count) {
    double* const taken = scratch_;
    scratch_ += count;
    return taken;
  }

  AxisStencil axis(std::int64_t samples) {
    AxisStencil axis;
    axis.reach = shape_.reach;
    axis.stride = samples;
    axis.band = take((2 * shape_.reach + 1) * samples);
    axis.coverage = take(samples);
    return axis;
  }

  void add_stencil() const {
    const std::int64_t from = by_x_.begin;
    const std::int64_t count = by_x_.end - from;
    for (std::int64_t i = by_y_.begin; i < by_y_.end; ++i) {
      const std::int64_t y = first_ + i;
      double* const row = sums_.stencil + shape_.stencil_at(y) + from;
      for (int n = 0; n < shape_.half.count; ++n) {
        const int dy = shape_.half.dy[n];
        const int dx = shape_.half.dx[n];
        if (dy >= y_.taps.count || std::abs(dx) >= x_.taps.count) continue;
        loops_.add(weight_ * by_y_.at(dy, i), by_x_.band + (dx + by_x_.reach) * by_x_.stride + from,
                   row + n * shape_.plane, count);
      }
      loops_.add(weight_ * by_y_.coverage[i], by_x_.coverage + from,
                 sums_.coverage + shape_.coverage_at(y) + from, count);
    }
  }

  // The patch's own rows, filtered along x and weighed along y.
  template <class P>
  void add_rows() {
    using S = typename P::Storage;
    constexpr int C = P::components;
    const std::int64_t w = x_.size;
    const std::int64_t margin = x_.taps.count - 1;
    const std::int64_t plane = shape_.patch_plane();
    double* const pixels = take(C * plane);
    double* const filtered = take(C * plane);
    double* const folded = x_.folded() ? take(C * shape_.width) : nullptr;
    std::fill_n(pixels, C * plane, 0.0);
    const S* const patch = job_.in.template at<S>(job_.wave, k_, 0);
    for (std::int64_t r = 0; r < y_.size; ++r) {
      bool needed = false;
      for (int i = 0; i < y_.taps.count; ++i) needed = needed || row_of(r + i) >= 0;
      if (!needed) continue;
      const S* const row = patch + r * job_.in.stride_y;
      for (int c = 0; c < C; ++c) {
        double* const to = pixels + c * plane + margin;
        for (std::int64_t q = 0; q < w; ++q) {
          to[q] = static_cast<double>(P::load(row[q * job_.in.stride_x + c]));
        }
        double* const sum = filtered + c * plane;
        std::fill_n(sum, x_.extent(), 0.0);
        for (int j = 0; j < x_.taps.count; ++j) {
          loops_.add(x_.taps.weight[j], to - j, sum, x_.extent());
        }
        if (folded) fold(sum, folded + c * shape_.width);
      }
      for (int i = 0; i < y_.taps.count; ++i) {
        const std::int64_t y = row_of(r + i);
        if (y < 0) continue;
        for (int c = 0; c < C; ++c) {
          double* const to = sums_.image + shape_.image_at(y) + c * shape_.plane + by_x_.begin;
          const double* const from = folded ? folded + c * shape_.width
                                            : filtered + c * plane + by_x_.begin - x_.taps.start;
          loops_.add(weight_ * y_.taps.weight[i], from, to, by_x_.end - by_x_.begin);
        }
      }
    }
  }

  // The row of the image that extended row e is, where it is asked for; or -1.
  std::int64_t row_of(std::int64_t e) const {
    const std::int64_t y = extended_index(y_.boundary, y_.taps.start + e, shape_.height);
    return y >= first_ && y < last_ ? y : -1;
  }

  void fold(const double* extended, double* to) const {
    std::fill_n(to, shape_.width, 0.0);
    for (std::int64_t e = 0; e < x_.extent(); ++e) {
      to[extended_index(x_.boundary, x_.taps.start + e, shape_.width)] += extended[e];
    }
  }

  const NormalJob& job_;
  std::int64_t k_;
  std::int64_t first_ = 0, last_ = 0;  // rows of the sums
  const NormalSums& sums_;
  const SolveShape& shape_;
  const SolveLoopTable& loops_;
  double weight_;
  double* scratch_ = nullptr;
  StencilAxis y_, x_;
  AxisStencil by_y_, by_x_;
};

}  // namespace

void sum_normal_rows(const NormalJob& job, std::int64_t first, std::int64_t last,
                     const NormalSums& sums, const SolveLoopTable& loops, double* scratch) {
  for (std::int64_t k = 0; k < job.problem.count; ++k) {
    if (job.problem.image_of(job.image, k) != job.image) continue;
    if (job.weights && job.weights[k] == 0.0) continue;
    if (may_meet(job.problem, k, sums.shape.height, first, last)) {
      PatchSummand(job, k, sums, loops, scratch).add(first, last);
    }
  }
}

}  // namespace ppatch
