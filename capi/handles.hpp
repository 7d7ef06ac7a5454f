// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "capi/api.hpp"
#include "core/context.hpp"
#include "core/groups/group_plan.hpp"
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
