// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/least_squares.hpp"

#include <cmath>
#include <type_traits>

#include "core/dtype_dispatch.hpp"
#include "core/memory_budget.hpp"
#include "cpu/patches/normal_system.hpp"

namespace ppatch {
namespace {

// In single precision the residual is computed anew, in double precision, after so many iterations
// or where it has fallen so far: rounding then does not gather.
constexpr int refresh_after = 16;
constexpr double refresh_below = 1e-3;
// Directions stay, unless the residual was this much more than the iterations knew.
constexpr double max_drift = 2.0;
// What of a call's progress is the sums over the patches.
constexpr double sum_share = 0.2;

// Conjugate gradients for one image in arithmetic of type T, preconditioned by the diagonal.
template <class T>
class LeastSquares : public NormalSystem {
 public:
  static constexpr bool refreshes = !std::is_same_v<T, double>;
  // A direction's curvature over its length squared, below which it is rounding's: so little do the
  // patches tell there that a step would be as long as one likes.
  static constexpr double min_curvature = refreshes ? 1e-5 : 1e-13;

  LeastSquares(const SolveShape& shape, const SolveMachine& machine)
      : NormalSystem(shape, machine, slot_scalars(shape)),
        loops_(machine.loops->of<T>()),
        direction_(*machine.backend->allocator, shape.image_scalars()),
        product_(*machine.backend->allocator, shape.image_scalars()),
        residual_(*machine.backend->allocator, shape.image_scalars()),
        diagonal_(*machine.backend->allocator, shape.coverage_scalars()),
        narrow_(*machine.backend->allocator, refreshes ? shape.stencil_scalars() : 0),
        change_(*machine.backend->allocator, refreshes ? shape.image_scalars() : 0) {}

  static std::int64_t slot_scalars(const SolveShape& shape) {
    return std::max(shape.scratch_scalars(), shape.image_row()) + 64;
  }

  static std::uint64_t bytes(const SolveShape& shape, int threads) {
    const auto image = static_cast<std::uint64_t>(shape.image_scalars());
    const auto stencil = static_cast<std::uint64_t>(shape.stencil_scalars());
    const auto coverage = static_cast<std::uint64_t>(shape.coverage_scalars());
    std::uint64_t bytes = 8 * (stencil + coverage + 2 * image) +
                          sizeof(T) * (3 * image + coverage) +
                          static_cast<std::uint64_t>(shape.height) * sizeof(RowSums) +
                          static_cast<std::uint64_t>(threads * slot_scalars(shape)) * 8;
    if (refreshes) bytes += sizeof(T) * (stencil + image);
    return bytes;
  }

  void prepare(const NormalJob& job, double lambda) {
    complete(job, lambda);
    for (std::int64_t i = 0; refreshes && i < stencil_.size(); ++i) {
      narrow_[i] = static_cast<T>(stencil_[i]);
    }
    each_row([&](std::int64_t y, int) {
      const double* const from = stencil_.data() + shape_.stencil_at(y);
      T* const to = diagonal_.data() + shape_.coverage_at(y);
      for (std::int64_t x = 0; x < shape_.width; ++x) {
        to[x] = from[x] > 0.0 ? static_cast<T>(1.0 / from[x]) : T(0);
      }
    });
  }

  SolveAnswer run(std::int64_t max_iterations, double tolerance, double done, double share) {
    clear(direction_);
    clear(change_);
    const double scale = norm_of_right();
    RowSums now = residual_of_x();
    SolveAnswer answer;
    double before = 0.0;  // 0: directions begin anew
    double length = 0.0;  // of a direction, squared, by the diagonal
    std::int64_t since = 0;
    RowSums known = now;  // when it was computed last
    const auto relative = [&] { return scale > 0.0 ? std::sqrt(now.first) / scale : 0.0; };
    // False where rounding makes worse what the iterations should make better: then x is as it was.
    const auto compute_residual = [&] {
      const double believed = now.first;
      add_change(1.0);
      now = residual_of_x();
      since = 0;
      if (refreshes && now.third > known.third) {
        add_change(-1.0);
        now = residual_of_x();
        return false;
      }
      clear(change_);
      known = now;
      if (now.first > max_drift * max_drift * believed) before = 0.0;
      return true;
    };
    while (answer.iterations < max_iterations) {
      if (relative() <= tolerance && since > 0 && !compute_residual()) break;
      if (relative() <= tolerance) break;
      const double beta = before > 0.0 ? now.second / before : 0.0;
      turn(beta);
      length = now.second + beta * beta * length;
      const double curvature = multiply();
      if (!(curvature > min_curvature * length)) break;
      before = now.second;
      now = step(now.second / curvature);
      ++answer.iterations;
      ++since;
      if (refreshes &&
          (since == refresh_after || now.first < refresh_below * refresh_below * known.first) &&
          !compute_residual()) {
        break;
      }
      callbacks_.progress(done + share * static_cast<double>(answer.iterations) /
                                     static_cast<double>(max_iterations));
    }
    if (since > 0) compute_residual();
    answer.residual = relative();
    return answer;
  }

 private:
  template <class U>
  StencilRow<U> stencil_row(const U* stencil, const U* in, std::int64_t y, U* out) const {
    return {&shape_.half,         stencil + shape_.stencil_at(y),
            shape_.stencil_row(), in + shape_.image_at(y),
            shape_.image_row(),   out,
            shape_.plane,         shape_.width,
            shape_.components};
  }

  double norm_of_right() {
    return std::sqrt(sum_rows([&](std::int64_t y, int) {
                       const double* const row = right_.data() + shape_.image_at(y);
                       return RowSums{planes([&](std::int64_t at) {
                                        return table_.twice.dot(row + at, row + at, shape_.width);
                                      }),
                                      0.0};
                     }).first);
  }

  // Adds `sign` times what the iterations changed to x, which in single precision is kept apart.
  void add_change(double sign) {
    if constexpr (refreshes) {
      each_row([&](std::int64_t y, int) {
        for (int c = 0; c < shape_.components; ++c) {
          const std::int64_t at = shape_.image_at(y) + c * shape_.plane;
          for (std::int64_t i = at; i < at + shape_.width; ++i) {
            x_[i] += sign * static_cast<double>(change_[i]);
          }
        }
      });
    }
  }

  // Computes the residual in double precision. third: what conjugate gradients make less,
  // x (M x - 2 b).
  RowSums residual_of_x() {
    wrap_image(x_);
    return sum_rows([&](std::int64_t y, int slot) {
      double* const product = scratch(slot);
      table_.twice.multiply(stencil_row<double>(stencil_.data(), x_.data(), y, product));
      const T* const diagonal = diagonal_.data() + shape_.coverage_at(y);
      RowSums sums;
      for (int c = 0; c < shape_.components; ++c) {
        const std::int64_t at = shape_.image_at(y) + c * shape_.plane;
        for (std::int64_t x = 0; x < shape_.width; ++x) {
          const double left = right_[at + x] - product[c * shape_.plane + x];
          residual_[at + x] = static_cast<T>(left);
          sums.first += left * left;
          sums.second += left * left * static_cast<double>(diagonal[x]);
          sums.third -= x_[at + x] * (right_[at + x] + left);
        }
      }
      return sums;
    });
  }

  void turn(double beta) {
    each_row([&](std::int64_t y, int) {
      for (int c = 0; c < shape_.components; ++c) {
        const std::int64_t at = shape_.image_at(y) + c * shape_.plane;
        loops_.turn(diagonal_.data() + shape_.coverage_at(y), residual_.data() + at,
                    static_cast<T>(beta), direction_.data() + at, shape_.width);
      }
    });
    wrap_image(direction_);
  }

  double multiply() {
    const T* stencil = nullptr;
    if constexpr (refreshes) {
      stencil = narrow_.data();
    } else {
      stencil = stencil_.data();
    }
    return sum_rows([&](std::int64_t y, int) {
             T* const out = product_.data() + shape_.image_at(y);
             loops_.multiply(stencil_row<T>(stencil, direction_.data(), y, out));
             const T* const in = direction_.data() + shape_.image_at(y);
             return RowSums{planes([&](std::int64_t at) {
                              return loops_.dot(in + at, out + at, shape_.width);
                            }),
                            0.0};
           })
        .first;
  }

  RowSums step(double alpha) {
    T* x = nullptr;
    if constexpr (refreshes) {
      x = change_.data();
    } else {
      x = x_.data();
    }
    return sum_rows([&](std::int64_t y, int) {
      RowSums sums;
      for (int c = 0; c < shape_.components; ++c) {
        const std::int64_t at = shape_.image_at(y) + c * shape_.plane;
        const RowSums one = loops_.step(
            static_cast<T>(alpha), direction_.data() + at, product_.data() + at,
            diagonal_.data() + shape_.coverage_at(y), x + at, residual_.data() + at, shape_.width);
        sums.first += one.first;
        sums.second += one.second;
      }
      return sums;
    });
  }

  const SolveLoops<T>& loops_;
  Buffer<T> direction_, product_, residual_, diagonal_;  // the diagonal's inverse
  Buffer<T> narrow_, change_;  // in single precision: the stencil, and what x has not taken up
};

template <class T>
SolveAnswer solve_images(const SolveShape& shape, const PatchProblem& problem,
                         const PatchSolve& job, const SolveMachine& machine, std::uint64_t held) {
  require_budget(held + LeastSquares<T>::bytes(shape, machine.arena->num_threads()),
                 machine.backend->memory_budget);
  LeastSquares<T> solver(shape, machine);
  machine.backend->callbacks->progress(0.0);
  SolveAnswer answer;
  const double share = 1.0 / static_cast<double>(job.image.count);
  for (std::int64_t m = 0; m < job.image.count; ++m) {
    const double done = share * static_cast<double>(m);
    const NormalJob sums{problem, job.in, m, problem.image_index ? 0 : m, job.weights};
    solver.sum_patches(sums, done, share * sum_share);
    solver.prepare(sums, job.lambda);
    const SolveAnswer one = solver.run(job.max_iterations, job.tolerance, done + share * sum_share,
                                       share * (1.0 - sum_share));
    with_pixel(job.image.dtype, [&](auto pixel) {
      solver.template store<decltype(pixel)>(job.image, m, job.coverage);
    });
    answer.iterations = std::max(answer.iterations, one.iterations);
    answer.residual = std::max(answer.residual, one.residual);
  }
  machine.backend->callbacks->progress(1.0);
  return answer;
}

bool in_double(DType dtype) { return dtype == DType::f64 || dtype == DType::c128; }

SolveShape shape_of(const PatchSettings& settings, const ImageView& image) {
  const bool complex = image.dtype == DType::c64 || image.dtype == DType::c128;
  return SolveShape::of(settings, image.height, image.width, complex ? 2 : 1);
}

}  // namespace

std::uint64_t solve_bytes(const PatchSettings& settings, const ImageView& image, int threads) {
  const SolveShape shape = shape_of(settings, image);
  return in_double(image.dtype) ? LeastSquares<double>::bytes(shape, threads)
                                : LeastSquares<float>::bytes(shape, threads);
}

SolveAnswer solve_patches(const PatchSettings& settings, const PatchProblem& problem,
                          const PatchSolve& job, const SolveMachine& machine, std::uint64_t held) {
  if (job.image.count == 0 || job.image.height == 0 || job.image.width == 0) return {};
  const SolveShape shape = shape_of(settings, job.image);
  return in_double(job.image.dtype) ? solve_images<double>(shape, problem, job, machine, held)
                                    : solve_images<float>(shape, problem, job, machine, held);
}

}  // namespace ppatch
