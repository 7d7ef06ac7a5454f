// SPDX-License-Identifier: Apache-2.0
#include "patches.hpp"

#include <nanobind/stl/complex.h>

#include <algorithm>
#include <cstring>

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
  const bool comparable = positions.device_type == PPATCH_DEVICE_HOST && positions.ndim > 1 &&
                          positions.shape[positions.ndim - 1] == 2 && contiguous(positions);
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

// Where patches are: the arguments that all operators have in common.
struct Placing {
  PlanningContext& context;
  const ppatch_patch_options& options;
  HeldPositions positions;
  OptionalArray image_index;
  void* stream;

  Placing(PlanningContext& in, const ppatch_patch_options& of, nb::handle where, nb::handle index,
          const nb::int_& on)
      : context(in),
        options(of),
        positions(where),
        image_index("image_index", index),
        stream(address_of(on)) {}

  // `out` is complete on return, wherever it lies.
  template <class Body>
  void run(const HeldArray& out, Body&& body) const {
    const auto plan = context.patches().lend(
        context.get(), options, &ppatch_patch_options::position_capacity, count_of(*positions));
    run_unlocked([&] {
      set_stream(*plan, stream);
      set_positions(*plan, positions);
      set_image_index(*plan, image_index.get());
      body(plan->plan);
      if (out->device_type == PPATCH_DEVICE_CUDA) context.get().synchronize();
    });
  }
};

void extract(PlanningContext& context, const ppatch_patch_options& options, nb::handle where,
             nb::handle index, const nb::int_& stream, nb::handle image, nb::handle probe,
             nb::handle out) {
  const Placing placing(context, options, where, index, stream);
  const HeldArray from("image", image);
  const OptionalArray by("probe", probe);
  const HeldArray to("out", out, Access::kWrite);
  placing.run(to, [&](PatchPlan& plan) {
    if (by.get()) {
      plan.probe_extract(*from, *by.get(), *to);
    } else {
      plan.extract(*from, *to);
    }
  });
}

void adjoint(PlanningContext& context, const ppatch_patch_options& options, nb::handle where,
             nb::handle index, const nb::int_& stream, nb::handle patches, nb::handle probe,
             nb::handle out, nb::handle coverage, bool accumulate) {
  const Placing placing(context, options, where, index, stream);
  const HeldArray from("patches", patches);
  const OptionalArray by("probe", probe);
  const HeldArray to("out", out, Access::kWrite);
  const OptionalArray weights("coverage", coverage, Access::kWrite);
  const ppatch_adjoint_flags flags =
      accumulate ? PPATCH_ADJOINT_ACCUMULATE : PPATCH_ADJOINT_OVERWRITE;
  placing.run(to, [&](PatchPlan& plan) {
    if (by.get()) {
      plan.probe_adjoint_image(*from, *by.get(), *to, weights.get(), flags);
    } else {
      plan.adjoint(*from, *to, weights.get(), flags);
    }
  });
}

void probe_adjoint(PlanningContext& context, const ppatch_patch_options& options, nb::handle where,
                   nb::handle index, const nb::int_& stream, nb::handle image, nb::handle waves,
                   nb::handle out, bool accumulate) {
  const Placing placing(context, options, where, index, stream);
  const HeldArray from("image", image);
  const HeldArray by("waves", waves);
  const HeldArray to("out", out, Access::kWrite);
  placing.run(to, [&](PatchPlan& plan) {
    plan.probe_adjoint_probe(*from, *by, *to,
                             accumulate ? PPATCH_ADJOINT_ACCUMULATE : PPATCH_ADJOINT_OVERWRITE);
  });
}

void assemble(PlanningContext& context, const ppatch_patch_options& options, nb::handle where,
              nb::handle index, const nb::int_& stream, nb::handle patches, nb::handle out,
              nb::handle coverage, double eps) {
  const Placing placing(context, options, where, index, stream);
  const HeldArray from("patches", patches);
  const HeldArray to("out", out, Access::kWrite);
  const HeldArray weights("coverage", coverage, Access::kWrite);
  placing.run(to, [&](PatchPlan& plan) { plan.assemble(*from, *to, *weights, eps); });
}

void position_gradient(PlanningContext& context, const ppatch_patch_options& options,
                       nb::handle where, nb::handle index, const nb::int_& stream, nb::handle image,
                       nb::handle cotangent, nb::handle out, nb::handle curvature) {
  const Placing placing(context, options, where, index, stream);
  const HeldArray from("image", image);
  const HeldArray by("cotangent", cotangent);
  const HeldArray to("out", out, Access::kWrite);
  const OptionalArray squares("curvature", curvature, Access::kWrite);
  placing.run(to, [&](PatchPlan& plan) { plan.position_gradient(*from, *by, *to, squares.get()); });
}

void used_positions(PlanningContext& context, const ppatch_patch_options& options, nb::handle where,
                    nb::handle out) {
  const Placing placing(context, options, where, nb::none(), nb::int_(0));
  const HeldArray to("out", out, Access::kWrite);
  placing.run(to, [&](PatchPlan& plan) { plan.positions(*to); });
}

std::uint64_t plan_bytes(const PlanningContext& context, const ppatch_patch_options& options,
                         std::int64_t position_count) {
  std::uint64_t bytes = 0;
  check(ppatch_patch_plan_bytes(context.get().get(), position_count, &options, &bytes));
  return bytes;
}

ppatch_patch_options options_of(std::int64_t height, std::int64_t width, std::int32_t interpolation,
                                std::int32_t boundary, std::complex<double> constant,
                                std::int32_t anchor, std::int32_t axes, std::int32_t sign,
                                std::int32_t layout, std::int64_t group_size,
                                std::int32_t local_offsets, double jitter_sigma,
                                std::uint64_t jitter_seed) {
  ppatch_patch_options options = patch_options(height, width);
  options.interpolation = interpolation;
  options.boundary = boundary;
  options.constant_real = constant.real();
  options.constant_imag = constant.imag();
  options.anchor = anchor;
  options.axes = axes;
  options.sign = sign;
  options.layout = layout;
  options.group_size = group_size;
  options.local_offsets = local_offsets;
  options.jitter_sigma = jitter_sigma;
  options.jitter_seed = jitter_seed;
  return options;
}

}  // namespace

void add_patches(nb::module_& module) {
  nb::class_<ppatch_patch_options>(module, "PatchOptions")
      .def(nb::new_(&options_of), nb::arg("height"), nb::arg("width"), nb::arg("interpolation"),
           nb::arg("boundary"), nb::arg("constant"), nb::arg("anchor"), nb::arg("axes"),
           nb::arg("sign"), nb::arg("layout"), nb::arg("group_size"), nb::arg("local_offsets"),
           nb::arg("jitter_sigma"), nb::arg("jitter_seed"));
  module.def("patch_plan_bytes", &plan_bytes, nb::arg("context"), nb::arg("options"),
             nb::arg("position_count"));
  module.def("used_positions", &used_positions, nb::arg("context"), nb::arg("options"),
             nb::arg("positions"), nb::arg("out"));
  module.def("extract", &extract, nb::arg("context"), nb::arg("options"), nb::arg("positions"),
             nb::arg("image_index").none(), nb::arg("stream"), nb::arg("image"),
             nb::arg("probe").none(), nb::arg("out"));
  module.def("adjoint", &adjoint, nb::arg("context"), nb::arg("options"), nb::arg("positions"),
             nb::arg("image_index").none(), nb::arg("stream"), nb::arg("patches"),
             nb::arg("probe").none(), nb::arg("out"), nb::arg("coverage").none(),
             nb::arg("accumulate"));
  module.def("probe_adjoint", &probe_adjoint, nb::arg("context"), nb::arg("options"),
             nb::arg("positions"), nb::arg("image_index").none(), nb::arg("stream"),
             nb::arg("image"), nb::arg("waves"), nb::arg("out"), nb::arg("accumulate"));
  module.def("assemble", &assemble, nb::arg("context"), nb::arg("options"), nb::arg("positions"),
             nb::arg("image_index").none(), nb::arg("stream"), nb::arg("patches"), nb::arg("out"),
             nb::arg("coverage"), nb::arg("eps"));
  module.def("position_gradient", &position_gradient, nb::arg("context"), nb::arg("options"),
             nb::arg("positions"), nb::arg("image_index").none(), nb::arg("stream"),
             nb::arg("image"), nb::arg("cotangent"), nb::arg("out"), nb::arg("curvature").none());
}

}  // namespace ptychopatch::python
