// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "capi/guard.hpp"
#include "core/context.hpp"
#include "core/groups/group_plan.hpp"
#include "core/options.hpp"
#include "core/patches/patch_plan.hpp"
#include "core/registration/scene_plan.hpp"

struct ppatch_context {
  std::shared_ptr<ppatch::Context> shared;
};

struct ppatch_patch_plan {
  ppatch::PatchPlan plan;
};

struct ppatch_group_plan {
  ppatch::GroupPlan plan;
};

struct ppatch_scene_plan {
  ppatch::ScenePlan plan;
};

namespace ppatch {

inline Context& context_of(const ppatch_context* context) {
  return *required("context", context).shared;
}

// What get_info of a context or a plan says, in the caller's structure.
template <class Source, class Info>
void tell(const Source& source, Info* info) {
  Info read{};
  source.get_info(&read);
  write_info("info", read, info);
}

}  // namespace ppatch
