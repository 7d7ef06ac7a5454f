// SPDX-License-Identifier: Apache-2.0
//
// Options structs of any bytes: a clean status and a text, or a plan that can be asked and
// destroyed.
#include <cstdlib>

#include "fuzz_context.hpp"

namespace {

constexpr std::uint64_t budget = 4 << 20;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  const AnyOptions<ppatch_patch_options> any(input);
  const ppatch_patch_options* options = any.get();

  const auto positions_count = input.take<std::int64_t>();
  std::uint64_t needed = 0;
  const ppatch_status asked =
      ppatch_patch_plan_bytes(context<budget>(), positions_count, options, &needed);
  if (asked != PPATCH_OK) require_reason();

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
  const ppatch_status made =
      ppatch_patch_plan_create(&plan, context<budget>(), &positions, options);
  require((made == PPATCH_OK) == (plan != nullptr));
  if (made != PPATCH_OK) require_reason();
  if (plan) {
    ppatch_patch_plan_info info{};
    info.struct_size = sizeof info;
    require(ppatch_patch_plan_get_info(plan, &info) == PPATCH_OK);
    require(info.bytes <= budget);
  }
  ppatch_patch_plan_destroy(plan);
  return 0;
}
