// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "cpu/patches/least_squares.hpp"

namespace ppatch {

// Sums of rows are added in lanes by row, and lane by lane.
inline RowSums total_of(const RowSums* rows, std::int64_t count) {
  RowSums lane[solve_lanes];
  for (std::int64_t y = 0; y < count; ++y) {
    lane[y % solve_lanes].first += rows[y].first;
    lane[y % solve_lanes].second += rows[y].second;
    lane[y % solve_lanes].third += rows[y].third;
  }
  RowSums total;
  for (const RowSums& one : lane) {
    total.first += one.first;
    total.second += one.second;
    total.third += one.third;
  }
  return total;
}

// The normal equations of one image in double precision, and x, where they are asked for.
class NormalSystem {
 public:
  NormalSystem(const SolveShape& shape, const SolveMachine& machine, std::int64_t slot_scalars)
      : shape_(shape),
        arena_(*machine.arena),
        table_(*machine.loops),
        callbacks_(*machine.backend->callbacks),
        stencil_(*machine.backend->allocator, shape.stencil_scalars()),
        coverage_(*machine.backend->allocator, shape.coverage_scalars()),
        right_(*machine.backend->allocator, shape.image_scalars()),
        x_(*machine.backend->allocator, shape.image_scalars()),
        sums_(*machine.backend->allocator, shape.height),
        slot_scalars_(slot_scalars),
        slots_(*machine.backend->allocator, arena_.num_threads() * slot_scalars_) {}

  // Sums what patches give, and tells progress from `done` on.
  void sum_patches(const NormalJob& job, double done, double share) {
    clear(stencil_);
    clear(coverage_);
    clear(right_);
    const StencilSums sums{shape_, stencil_.data(), right_.data(), coverage_.data()};
    const std::int64_t rows = std::clamp<std::int64_t>(
        (shape_.height + 4 * arena_.num_threads() - 1) / (4 * arena_.num_threads()), 8,
        SolveShape::max_band);
    const std::int64_t all = (shape_.height + rows - 1) / rows;
    const std::int64_t chunk = callbacks_.between_reports(all, arena_.num_threads());
    for (std::int64_t first = 0; first < all; first += chunk) {
      const std::int64_t last = std::min(all, first + chunk);
      arena_.parallel_for(last - first, [&](std::int64_t n, int slot) {
        const std::int64_t y = (first + n) * rows;
        sum_normal_rows(job, y, std::min(shape_.height, y + rows), sums, table_, scratch(slot));
      });
      callbacks_.progress(done + share * static_cast<double>(last) / static_cast<double>(all));
    }
  }

  template <class P>
  void store(const ImageView& image, std::int64_t m, const ImageView& coverage) const {
    constexpr int C = P::components;
    for (std::int64_t y = 0; y < shape_.height; ++y) {
      const double* const from = x_.data() + shape_.image_at(y);
      const double* const weight = coverage_.data() + shape_.coverage_at(y);
      for (std::int64_t x = 0; x < shape_.width; ++x) {
        auto* const to = image.at<typename P::Storage>(m, y, x);
        for (int c = 0; c < C; ++c) {
          to[c] = P::store(static_cast<typename P::Real>(from[c * shape_.plane + x]));
        }
        if (!coverage.data) continue;
        *coverage.at<typename P::Storage>(m, y, x) =
            P::store(static_cast<typename P::Real>(weight[x]));
      }
    }
  }

 protected:
  template <class U>
  static void clear(Buffer<U>& buffer) {
    std::fill_n(buffer.data(), buffer.size(), U(0));
  }

  double* scratch(int slot) { return slots_.data() + slot * slot_scalars_; }

  template <class Body>
  void each_row(Body&& body) const {
    constexpr std::int64_t block = 8;
    arena_.parallel_for((shape_.height + block - 1) / block, [&](std::int64_t n, int slot) {
      for (std::int64_t y = n * block; y < std::min(shape_.height, (n + 1) * block); ++y) {
        body(y, slot);
      }
    });
  }

  // The sum over components of what a plane of a row gives.
  template <class Body>
  double planes(Body&& body) const {
    double sum = 0.0;
    for (int c = 0; c < shape_.components; ++c) sum += body(c * shape_.plane);
    return sum;
  }

  template <class Body>
  RowSums sum_rows(Body&& body) {
    each_row([&](std::int64_t y, int slot) { sums_[y] = body(y, slot); });
    return total_of(sums_.data(), shape_.height);
  }

  // Fills what lies around `planes` planes a row, as the image goes on on its other side.
  template <class U>
  void wrap(U* data, std::int64_t height, std::int64_t planes, std::int64_t row,
            std::int64_t rows_after) const {
    const std::int64_t reach = shape_.reach;
    for (std::int64_t y = -reach; y < height + rows_after; ++y) {
      U* const to = data + (y + reach) * row + reach;
      const U* const from = data + (floor_mod(y, height) + reach) * row + reach;
      for (std::int64_t n = 0; n < planes; ++n) {
        U* const line = to + n * shape_.plane;
        const U* const source = from + n * shape_.plane;
        if (line != source) std::copy_n(source, shape_.width, line);
        for (std::int64_t i = 1; i <= reach; ++i) {
          line[-i] = source[floor_mod(-i, shape_.width)];
          line[shape_.width - 1 + i] = source[(i - 1) % shape_.width];
        }
      }
    }
  }
  template <class U>
  void wrap_image(Buffer<U>& image) const {
    if (!wraps_) return;
    wrap(image.data(), shape_.height, shape_.components, shape_.image_row(), shape_.reach);
  }

  // Makes of the sums the equations, and of x where they begin.
  void complete(const NormalJob& job, double lambda) {
    wraps_ = job.problem.boundary == Boundary::wrap;
    divide_by_coverage();
    if (job.problem.boundary == Boundary::constant) take_off_outside(job.problem.constant);
    add_lambda(lambda);
    if (wraps_) wrap(stencil_.data(), shape_.height, shape_.half.count, shape_.stencil_row(), 0);
  }

  SolveShape shape_;
  const Arena& arena_;
  const SolveLoopTable& table_;
  const Callbacks& callbacks_;
  Buffer<double> stencil_, coverage_, right_, x_;

 private:
  // x = A* W P / coverage.
  void divide_by_coverage() {
    clear(x_);
    double most = 0.0;
    for (std::int64_t y = 0; y < shape_.height; ++y) {
      const double* const row = coverage_.data() + shape_.coverage_at(y);
      most = std::max(most, *std::max_element(row, row + shape_.width));
    }
    each_row([&](std::int64_t y, int) {
      const double* const weight = coverage_.data() + shape_.coverage_at(y);
      for (int c = 0; c < shape_.components; ++c) {
        const double* const from = right_.data() + shape_.image_at(y) + c * shape_.plane;
        double* const to = x_.data() + shape_.image_at(y) + c * shape_.plane;
        for (std::int64_t x = 0; x < shape_.width; ++x) {
          to[x] = weight[x] > min_start_coverage * most ? from[x] / weight[x] : 0.0;
        }
      }
    });
  }

  // Takes A* W of what the value outside of the image gives from the right side: outside, each
  // pixel's coverage is what its stencil's row does not sum to inside.
  void take_off_outside(const double* value) {
    each_row([&](std::int64_t y, int) {
      for (std::int64_t x = 0; x < shape_.width; ++x) {
        const double* const own = stencil_.data() + shape_.stencil_at(y) + x;
        double inside = own[0];
        for (int n = 1; n < shape_.half.count; ++n) {
          const std::int64_t dy = shape_.half.dy[n];
          const std::int64_t dx = shape_.half.dx[n];
          const double* const plane = own + n * shape_.plane;
          if (y + dy < shape_.height && x + dx >= 0 && x + dx < shape_.width) inside += *plane;
          inside += plane[-dy * shape_.stencil_row() - dx];
        }
        const double outside = coverage_[shape_.coverage_at(y) + x] - inside;
        for (int c = 0; c < shape_.components; ++c) {
          right_[shape_.image_at(y) + c * shape_.plane + x] -= value[c] * outside;
        }
      }
    });
  }

  void add_lambda(double lambda) {
    if (lambda == 0.0) return;
    each_row([&](std::int64_t y, int) {
      double* const own = stencil_.data() + shape_.stencil_at(y);
      for (std::int64_t x = 0; x < shape_.width; ++x) own[x] += lambda;
      for (int c = 0; c < shape_.components; ++c) {
        const std::int64_t at = shape_.image_at(y) + c * shape_.plane;
        table_.add(lambda, x_.data() + at, right_.data() + at, shape_.width);
      }
    });
  }

  // The share of the largest coverage below which a pixel begins as 0, for its quotient is noise.
  static constexpr double min_start_coverage = 1e-3;

  Buffer<RowSums> sums_;
  std::int64_t slot_scalars_;
  Buffer<double> slots_;
  bool wraps_ = false;
};

}  // namespace ppatch
