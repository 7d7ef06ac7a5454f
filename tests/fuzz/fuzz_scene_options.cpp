// SPDX-License-Identifier: Apache-2.0
//
// Scene options of any bytes: a clean status and a text, or a plan within the budget that can be
// asked and destroyed.

#include "fuzz_context.hpp"

namespace {

constexpr std::uint64_t budget = 8 << 20;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  const AnyOptions<ppatch_scene_options> any(input);
  const ppatch_scene_options* options = any.get();

  std::uint64_t needed = 0;
  const ppatch_status asked = ppatch_scene_plan_bytes(context<budget>(), options, &needed);
  ppatch_scene_plan* plan = nullptr;
  const ppatch_status made = ppatch_scene_plan_create(&plan, context<budget>(), options);
  require(made == asked);
  require((made == PPATCH_OK) == (plan != nullptr));
  if (made != PPATCH_OK) require_reason();
  if (plan) {
    ppatch_scene_plan_info info{};
    info.struct_size = sizeof info;
    require(ppatch_scene_plan_get_info(plan, &info) == PPATCH_OK);
    require(info.bytes <= budget && info.bytes == needed);
  }
  ppatch_scene_plan_destroy(plan);
  return 0;
}
