// SPDX-License-Identifier: Apache-2.0
#include "suite/workload.hpp"

namespace ptychopatch::bench {
namespace {

ppatch_patch_options options_of(const Case& one) {
  ppatch_patch_options options = patch_options(one.size, one.size);
  options.interpolation = one.interpolation;
  options.boundary = one.boundary;
  options.constant_real = one.boundary == PPATCH_CONSTANT ? 0.5 : 0;
  return options;
}

}  // namespace

Workload::Workload(const Case& one, const Context& context, Arrays& arrays)
    : operation_(one.operation),
      context_(context),
      arrays_(arrays),
      plan_(context, arrays.positions(), options_of(one)) {}

void Workload::run() {
  switch (operation_) {
    case Operation::kExtract:
      plan_.extract(arrays_.image(), arrays_.patches());
      break;
    case Operation::kAdjoint:
      plan_.adjoint(arrays_.patches(), arrays_.image());
      break;
    case Operation::kAdjointCoverage: {
      const Array coverage = arrays_.coverage();
      plan_.adjoint(arrays_.patches(), arrays_.image(), &coverage);
      break;
    }
    case Operation::kPositionGradient: {
      const Array curvature = arrays_.curvature();
      plan_.position_gradient(arrays_.image(), arrays_.patches(), arrays_.gradient(), &curvature);
      break;
    }
    case Operation::kProbeExtract:
      plan_.probe_extract(arrays_.image(), arrays_.probe(), arrays_.patches());
      break;
    case Operation::kProbeAdjointImage:
      plan_.probe_adjoint_image(arrays_.patches(), arrays_.probe(), arrays_.image());
      break;
    case Operation::kProbeAdjointProbe:
      plan_.probe_adjoint_probe(arrays_.image(), arrays_.patches(), arrays_.probe());
      break;
    case Operation::kSetPositions:
      plan_.set_positions(arrays_.positions());
      break;
  }
  context_.synchronize();
}

}  // namespace ptychopatch::bench
