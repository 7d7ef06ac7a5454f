// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/least_squares.hpp"

#include <cmath>
#include <type_traits>

#include "core/dtype_dispatch.hpp"
#include "core/memory_budget.hpp"

namespace ppatch {
namespace {

// In single precision the residual is computed anew, in double precision, after so many iterations
// or where it has fallen so far: rounding then does not gather.
constexpr int refresh_after = 16;
constexpr double refresh_below = 1e-3;
// Directions stay, unless the residual was this much more than the iterations knew.
constexpr double most_drift = 2.0;
// The share of the largest coverage below which a pixel begins as 0, for its quotient is noise.
constexpr double min_start_coverage = 1e-3;
// What of a call's progress is the sums over the patches.
constexpr double sum_share = 0.2;

// Sums of rows are added in lanes by row, and lane by lane.
RowSums total_of(const RowSums* rows, std::int64_t count) {
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

// Conjugate gradients for one image in arithmetic of type T, preconditioned by the diagonal.
template <class T>
class LeastSquares {
 public:
  static constexpr bool refreshes = !std::is_same_v<T, double>;

  LeastSquares(const SolveShape& shape, const SolveMachine& machine)
      : shape_(shape),
        arena_(*machine.arena),
        table_(*machine.loops),
        loops_(machine.loops->of<T>()),
        callbacks_(*machine.backend->callbacks),
        stencil_(*machine.backend->allocator, shape.stencil_scalars()),
        coverage_(*machine.backend->allocator, shape.coverage_scalars()),
        right_(*machine.backend->allocator, shape.image_scalars()),
        x_(*machine.backend->allocator, shape.image_scalars()),
        direction_(*machine.backend->allocator, shape.image_scalars()),
        product_(*machine.backend->allocator, shape.image_scalars()),
        residual_(*machine.backend->allocator, shape.image_scalars()),
        diagonal_(*machine.backend->allocator, shape.coverage_scalars()),
        narrow_(*machine.backend->allocator, refreshes ? shape.stencil_scalars() : 0),
        change_(*machine.backend->allocator, refreshes ? shape.image_scalars() : 0),
        sums_(*machine.backend->allocator, shape.height),
        slot_scalars_(slot_scalars(shape)),
        slots_(*machine.backend->allocator, arena_.num_threads() * slot_scalars_) {}

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

  // Of the same positions the stencil and the coverage are the same.
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

  void prepare(const NormalJob& job, double lambda) {
    wraps_ = job.problem.boundary == Boundary::wrap;
    divide_by_coverage();
    if (job.problem.boundary == Boundary::constant) take_off_outside(job.problem.constant);
    add_lambda(lambda);
    if (wraps_) wrap(stencil_.data(), shape_.height, shape_.half.count, shape_.stencil_row(), 0);
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
      if (now.first > most_drift * most_drift * believed) before = 0.0;
      return true;
    };
    while (answer.iterations < max_iterations) {
      if (relative() <= tolerance && since > 0 && !compute_residual()) break;
      if (relative() <= tolerance) break;
      turn(before > 0.0 ? now.second / before : 0.0);
      const double curvature = multiply();
      if (!(curvature > 0.0)) break;
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

 private:
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

  SolveShape shape_;
  const Arena& arena_;
  const SolveLoopTable& table_;
  const SolveLoops<T>& loops_;
  const Callbacks& callbacks_;
  Buffer<double> stencil_, coverage_, right_, x_;
  Buffer<T> direction_, product_, residual_, diagonal_;  // the diagonal's inverse
  Buffer<T> narrow_, change_;  // in single precision: the stencil, and what x has not taken up
  Buffer<RowSums> sums_;
  std::int64_t slot_scalars_;
  Buffer<double> slots_;
  bool wraps_ = false;
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
