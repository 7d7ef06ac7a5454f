// SPDX-License-Identifier: Apache-2.0
#include <nanobind/stl/tuple.h>

#include <algorithm>
#include <cstring>
#include <tuple>

#include "context.hpp"
#include "held_array.hpp"

namespace ptychopatch::python {
namespace {

// Positions that an array (..., 2) holds; what has another shape is refused by the library.
std::int64_t count_of(const ppatch_array& positions) {
  std::int64_t count = 1;
  for (int d = 0; d + 1 < positions.ndim; ++d) count *= positions.shape[d];
  return count;
}

bool contiguous(const ppatch_array& array) {
  std::int64_t step = 1;
  for (int d = array.ndim - 1; d >= 0; --d) {
    if (array.strides[d] != step && array.shape[d] > 1) return false;
    step *= array.shape[d];
  }
  return true;
}

bool same_shape(const ppatch_array& a, const ppatch_array& b) {
  return a.dtype == b.dtype && a.ndim == b.ndim && a.device_type == b.device_type &&
         std::equal(a.shape, a.shape + a.ndim, b.shape);
}

// Positions as the caller has them: an array, or a pair of them, integer part and fraction.
class HeldPositions {
 public:
  explicit HeldPositions(nb::handle where)
      : positions_("positions", part_of(where, 0)), fraction_("positions", part_of(where, 1)) {}

  const ppatch_array& operator*() const { return *positions_; }
  const ppatch_array* fraction() const { return fraction_.get(); }

 private:
  static nb::object part_of(nb::handle where, std::size_t part) {
    if (!nb::isinstance<nb::tuple>(where)) return part == 0 ? nb::borrow(where) : nb::none();
    if (nb::len(where) != 2) {
      throw nb::value_error("positions: expected an array, or a pair (integer part, fraction)");
    }
    return where[part];
  }

  HeldArray positions_;
  OptionalArray fraction_;
};

// Positions are sorted into bins when they are set: those that the plan has are left alone.
void set_positions(PatchEntry& entry, const HeldPositions& held) {
  const ppatch_array& positions = *held;
  if (held.fraction()) {
    entry.positions.clear();
    entry.plan.set_positions(positions, *held.fraction());
    return;
  }
  const auto bytes = static_cast<std::size_t>(2 * count_of(positions)) *
                     static_cast<std::size_t>(ppatch_dtype_size(positions.dtype));
  const bool comparable = positions.data && positions.device_type == PPATCH_DEVICE_HOST &&
                          positions.ndim > 1 && positions.shape[positions.ndim - 1] == 2 &&
                          contiguous(positions);
  if (comparable && !entry.positions.empty() && entry.positions.size() == bytes &&
      same_shape(entry.shape, positions) &&
      std::memcmp(entry.positions.data(), positions.data, bytes) == 0) {
    return;
  }
  entry.positions.clear();
  entry.plan.set_positions(positions);
  if (!comparable) return;
  const auto* data = static_cast<const std::byte*>(positions.data);
  entry.positions.assign(data, data + bytes);
  entry.shape = positions;
}

void set_image_index(PatchEntry& entry, const ppatch_array* index) {
  if (index) {
    entry.plan.set_image_index(*index);
  } else if (entry.has_image_index) {
    entry.plan.clear_image_index();
  }
  entry.has_image_index = index != nullptr;
}

// A call of an operator, with where its patches are.
class PatchCall {
 public:
  PatchCall(PlanningContext& context, const ppatch_patch_options& options, nb::handle positions,
            nb::handle image_index, const nb::int_& stream)
      : context_(context),
        options_(options),
        positions_(positions),
        image_index_("image_index", image_index),
        stream_(address_of(stream)) {}

  void extract(nb::handle image, nb::handle probe, nb::handle out) const {
    const HeldArray from("image", image);
    const OptionalArray by("probe", probe);
    const HeldArray to("out", out, Access::write);
    run([&](PatchPlan& plan) {
      by.get() ? plan.probe_extract(*from, *by.get(), *to) : plan.extract(*from, *to);
    });
  }

  void adjoint(nb::handle patches, nb::handle probe, nb::handle out, nb::handle coverage,
               bool accumulate) const {
    const HeldArray from("patches", patches);
    const OptionalArray by("probe", probe);
    const HeldArray to("out", out, Access::write);
    const OptionalArray weights("coverage", coverage, Access::write);
    run([&, flags = flags_of(accumulate)](PatchPlan& plan) {
      by.get() ? plan.probe_adjoint_image(*from, *by.get(), *to, weights.get(), flags)
               : plan.adjoint(*from, *to, weights.get(), flags);
    });
  }

  void probe_adjoint(nb::handle image, nb::handle waves, nb::handle out, bool accumulate) const {
    const HeldArray from("image", image), by("waves", waves);
    const HeldArray to("out", out, Access::write);
    run([&](PatchPlan& plan) { plan.probe_adjoint_probe(*from, *by, *to, flags_of(accumulate)); });
  }

  void assemble(nb::handle patches, nb::handle out, nb::handle coverage, double eps) const {
    const HeldArray from("patches", patches);
    const HeldArray to("out", out, Access::write), weights("coverage", coverage, Access::write);
    run([&](PatchPlan& plan) { plan.assemble(*from, *to, *weights, eps); });
  }

  nb::tuple solve(nb::handle patches, nb::handle weights, nb::handle out, nb::handle coverage,
                  int iterations, double tolerance, double lambda) const {
    const HeldArray from("patches", patches);
    const OptionalArray by("weights", weights);
    const HeldArray to("out", out, Access::write);
    const OptionalArray sums("coverage", coverage, Access::write);
    ppatch_patch_solve_options options = solve_options();
    options.max_iterations = iterations;
    options.tolerance = tolerance;
    options.lambda = lambda;
    ppatch_patch_solve_info info{};
    run([&](PatchPlan& plan) { info = plan.solve(*from, *to, sums.get(), by.get(), options); });
    return nb::make_tuple(info.iterations, info.residual);
  }

  std::uint64_t solve_bytes(nb::handle image) const {
    const HeldArray like("image", image);
    std::uint64_t bytes = 0;
    run([&](PatchPlan& plan) { bytes = plan.solve_bytes(*like); });
    return bytes;
  }

  void position_gradient(nb::handle image, nb::handle cotangent, nb::handle out,
                         nb::handle curvature) const {
    const HeldArray from("image", image), by("cotangent", cotangent);
    const HeldArray to("out", out, Access::write);
    const OptionalArray squares("curvature", curvature, Access::write);
    run([&](PatchPlan& plan) { plan.position_gradient(*from, *by, *to, squares.get()); });
  }

  void position_normal(nb::handle image, nb::handle probe, nb::handle cotangent, nb::handle out,
                       nb::handle normal) const {
    const HeldArray from("image", image), by("cotangent", cotangent);
    const OptionalArray through("probe", probe);
    const HeldArray to("out", out, Access::write);
    const OptionalArray matrix("normal", normal, Access::write);
    run([&](PatchPlan& plan) {
      plan.position_normal(*from, through.get(), *by, *to, matrix.get());
    });
  }

  void used_positions(nb::handle out) const {
    const HeldArray to("out", out, Access::write);
    run([&](PatchPlan& plan) { plan.positions(*to); });
  }

  auto plan_info() const {
    ppatch_patch_plan_info info{};
    run([&](PatchPlan& plan) { info = plan.info(); });
    return std::tuple(info.algorithm, info.position_count, info.position_capacity, info.bytes);
  }

 private:
  static ppatch_adjoint_flags flags_of(bool accumulate) {
    return accumulate ? PPATCH_ADJOINT_ACCUMULATE : PPATCH_ADJOINT_OVERWRITE;
  }

  // Outputs on a device follow the stream; others are complete on return.
  template <class Body>
  void run(Body&& body) const {
    const auto plan = context_.patches().lend(
        context_.get(), options_, &ppatch_patch_options::position_capacity, count_of(*positions_));
    run_unlocked([&] {
      plan->set_stream(stream_);
      set_positions(*plan, positions_);
      set_image_index(*plan, image_index_.get());
      body(plan->plan);
    });
  }

  PlanningContext& context_;
  const ppatch_patch_options& options_;
  HeldPositions positions_;
  OptionalArray image_index_;
  void* stream_;
};

std::uint64_t plan_bytes(const PlanningContext& context, const ppatch_patch_options& options,
                         std::int64_t position_count) {
  return PatchPlan::bytes(context.get(), position_count, options);
}

}  // namespace

void add_patches(nb::module_& module) {
  using Options = ppatch_patch_options;
  add_options(module, "PatchOptions", patch_options(0, 0), &Options::patch_height,
              &Options::patch_width, &Options::group_size, &Options::constant_real,
              &Options::constant_imag, &Options::jitter_sigma, &Options::jitter_seed,
              &Options::interpolation, &Options::boundary, &Options::anchor, &Options::axes,
              &Options::sign, &Options::layout, &Options::local_offsets, &Options::subpixel,
              &Options::halves);
  module.def("patch_plan_bytes", &plan_bytes, "context"_a, "options"_a, "position_count"_a);
  nb::class_<PatchCall>(module, "PatchCall")
      .def(nb::init<PlanningContext&, const Options&, nb::handle, nb::handle, const nb::int_&>(),
           "context"_a, "options"_a, "positions"_a, "image_index"_a.none(), "stream"_a,
           nb::keep_alive<1, 2>(), nb::keep_alive<1, 3>())
      .def("extract", &PatchCall::extract, "image"_a, "probe"_a.none(), "out"_a)
      .def("adjoint", &PatchCall::adjoint, "patches"_a, "probe"_a.none(), "out"_a,
           "coverage"_a.none(), "accumulate"_a)
      .def("probe_adjoint", &PatchCall::probe_adjoint, "image"_a, "waves"_a, "out"_a,
           "accumulate"_a)
      .def("assemble", &PatchCall::assemble, "patches"_a, "out"_a, "coverage"_a, "eps"_a)
      .def("solve", &PatchCall::solve, "patches"_a, "weights"_a.none(), "out"_a,
           "coverage"_a.none(), "iterations"_a, "tolerance"_a, "lambda_"_a)
      .def("solve_bytes", &PatchCall::solve_bytes, "image"_a)
      .def("position_gradient", &PatchCall::position_gradient, "image"_a, "cotangent"_a, "out"_a,
           "curvature"_a.none())
      .def("position_normal", &PatchCall::position_normal, "image"_a, "probe"_a.none(),
           "cotangent"_a, "out"_a, "normal"_a.none())
      .def("used_positions", &PatchCall::used_positions, "out"_a)
      .def("plan_info", &PatchCall::plan_info);
}

}  // namespace ptychopatch::python
