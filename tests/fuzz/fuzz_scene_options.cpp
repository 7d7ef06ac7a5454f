// SPDX-License-Identifier: Apache-2.0
//
// Scene options of any bytes: a clean status and a text, or a plan within the budget that can be
// asked and destroyed.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "fuzz_input.hpp"
#include "ptychopatch/ptychopatch.h"

namespace {

constexpr std::uint64_t budget = 8 << 20;

void require(bool holds) {
  if (!holds) std::abort();
}

ppatch_context* context() {
  static ppatch_context* const shared = [] {
    ppatch_context_options options{};
    options.struct_size = sizeof options;
    options.backend = PPATCH_BACKEND_CPU;
    options.num_threads = 1;
    options.memory_budget = budget;
    ppatch_context* made = nullptr;
    require(ppatch_context_create(&made, &options) == PPATCH_OK);
    return made;
  }();
  return shared;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  // As much memory as struct_size claims, so that a read beyond it is seen.
  const auto claimed = static_cast<std::uint32_t>(input.small(0, 255));
  std::vector<unsigned char> bytes(std::max<std::size_t>(claimed, sizeof(std::uint32_t)));
  for (unsigned char& b : bytes) b = input.take<unsigned char>();
  std::memcpy(bytes.data(), &claimed, sizeof claimed);
  const auto* options = reinterpret_cast<const ppatch_scene_options*>(bytes.data());

  std::uint64_t needed = 0;
  const ppatch_status asked = ppatch_scene_plan_bytes(context(), options, &needed);
  ppatch_scene_plan* plan = nullptr;
  const ppatch_status made = ppatch_scene_plan_create(&plan, context(), options);
  require(made == asked);
  require((made == PPATCH_OK) == (plan != nullptr));
  if (made != PPATCH_OK) require(std::strlen(ppatch_last_error()) > 0);
  if (plan) {
    ppatch_scene_plan_info info{};
    info.struct_size = sizeof info;
    require(ppatch_scene_plan_get_info(plan, &info) == PPATCH_OK);
    require(info.bytes <= budget && info.bytes == needed);
  }
  ppatch_scene_plan_destroy(plan);
  return 0;
}
