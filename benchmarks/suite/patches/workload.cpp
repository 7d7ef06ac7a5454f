// SPDX-License-Identifier: Apache-2.0
#include "suite/patches/workload.hpp"

namespace ptychopatch::bench {
namespace {

ppatch_patch_options options_of(const Case& one) {
  ppatch_patch_options options = patch_options(one.size, one.size);
  options.interpolation = one.interpolation;
  options.boundary = one.boundary;
  if (one.channels > 0) {
    options.layout = PPATCH_LAYOUT_CHANNEL_LAST;
    options.group_size = one.channels;
  }
  options.constant_real = one.boundary == PPATCH_BOUNDARY_CONSTANT ? 0.5 : 0;
  return options;
}

}  // namespace

Workload::Workload(const Case& one, const Context& context, const std::vector<Arrays>& sets,
                   const Gpu* gpu)
    : operation_(one.operation),
      context_(context),
      sets_(sets),
      gpu_(gpu),
      options_(options_of(one)),
      plan_(context, sets.front().positions(), options_) {
  if (gpu) plan_.set_stream(gpu->stream());
}

void Workload::run() {
  const Arrays& arrays = sets_[next_++ % sets_.size()];
  switch (operation_) {
    case Operation::extract:
      plan_.extract(arrays.image(), arrays.patches());
      break;
    case Operation::adjoint:
      plan_.adjoint(arrays.patches(), arrays.image());
      break;
    case Operation::adjoint_coverage: {
      const Array coverage = arrays.coverage();
      plan_.adjoint(arrays.patches(), arrays.image(), &coverage);
      break;
    }
    case Operation::position_gradient: {
      const Array curvature = arrays.curvature();
      plan_.position_gradient(arrays.image(), arrays.patches(), arrays.gradient(), &curvature);
      break;
    }
    case Operation::probe_extract:
      plan_.probe_extract(arrays.image(), arrays.probe(), arrays.patches());
      break;
    case Operation::probe_adjoint_image:
      plan_.probe_adjoint_image(arrays.patches(), arrays.probe(), arrays.image());
      break;
    case Operation::probe_adjoint_probe:
      plan_.probe_adjoint_probe(arrays.image(), arrays.patches(), arrays.probe());
      break;
    case Operation::set_positions:
      plan_.set_positions(arrays.positions());
      break;
    case Operation::create_plan:
      PatchPlan(context_, arrays.positions(), options_);
      break;
    case Operation::moved_adjoint:
      plan_.set_positions(arrays.positions());
      plan_.adjoint(arrays.patches(), arrays.image());
      break;
    case Operation::atomic_adjoint:
      gpu_->atomic_adjoint(arrays.atomic_adjoint());
      break;
  }
  if (!gpu_) context_.synchronize();
}

}  // namespace ptychopatch::bench
