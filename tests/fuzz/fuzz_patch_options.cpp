// SPDX-License-Identifier: Apache-2.0
//
// Options structs of any bytes: a clean status and a text, or a plan that can be asked and
// destroyed.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "fuzz_input.hpp"
#include "ptychopatch/ptychopatch.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

ppatch_context* context() {
  static ppatch_context* const shared = [] {
    ppatch_context_options options{};
    options.struct_size = sizeof options;
    options.backend = PPATCH_BACKEND_CPU;
    options.num_threads = 1;
    options.memory_budget = 4 << 20;
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
  const auto* options = reinterpret_cast<const ppatch_patch_options*>(bytes.data());

  const auto positions_count = input.take<std::int64_t>();
  std::uint64_t needed = 0;
  const ppatch_status asked = ppatch_patch_plan_bytes(context(), positions_count, options, &needed);
  if (asked != PPATCH_OK) require(std::strlen(ppatch_last_error()) > 0);

  ppatch_array positions;
  unsigned char* raw = reinterpret_cast<unsigned char*>(&positions);
  for (std::size_t i = 0; i < sizeof positions; ++i) raw[i] = input.take<unsigned char>();
  static const double storage[64] = {};
  // Shapes and strides are the fuzzer's; the memory is real only where they stay within it.
  const bool sane = positions.ndim == 2 && positions.dtype == PPATCH_F64 &&
                    positions.shape[0] >= 0 && positions.shape[0] <= 8 && positions.shape[1] == 2 &&
                    std::llabs(positions.strides[0] % 8) == positions.strides[0] &&
                    positions.strides[1] >= 0 && positions.strides[1] < 4;
  positions.data = sane ? const_cast<double*>(storage) : nullptr;
  ppatch_patch_plan* plan = nullptr;
  const ppatch_status made = ppatch_patch_plan_create(&plan, context(), &positions, options);
  require((made == PPATCH_OK) == (plan != nullptr));
  if (made != PPATCH_OK) require(std::strlen(ppatch_last_error()) > 0);
  if (plan) {
    ppatch_patch_plan_info info{};
    info.struct_size = sizeof info;
    require(ppatch_patch_plan_get_info(plan, &info) == PPATCH_OK);
    require(info.bytes <= 4 << 20);
  }
  ppatch_patch_plan_destroy(plan);
  return 0;
}
