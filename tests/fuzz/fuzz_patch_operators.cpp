// SPDX-License-Identifier: Apache-2.0
//
// Legal and nearly legal calls on small arrays: every operator, every option, positions of any
// bits.
#include <cstring>
#include <vector>

#include "fuzz_context.hpp"

namespace {

ppatch_context* context_of(bool tight) {
  return tight ? context<80 << 10>() : context<256 << 10>();
}

// Memory of exactly the array's size, so that a write beyond it is seen.
struct Owned {
  std::vector<unsigned char> bytes;
  ppatch_array array;

  Owned(ppatch_dtype dtype, const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (const std::int64_t n : shape) count *= n;
    bytes.assign(static_cast<std::size_t>(count * ppatch_dtype_size(dtype)), 0x3c);
    array =
        ppatch_array_c(bytes.data(), dtype, static_cast<std::int32_t>(shape.size()), shape.data());
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  ppatch_patch_options o{};
  o.struct_size = sizeof o;
  o.interpolation = static_cast<std::int32_t>(input.small(0, 3));
  o.boundary = static_cast<std::int32_t>(input.small(0, 4));
  o.anchor = static_cast<std::int32_t>(input.small(0, 2));
  o.axes = static_cast<std::int32_t>(input.small(0, 1));
  o.sign = static_cast<std::int32_t>(input.small(0, 1));
  o.layout = static_cast<std::int32_t>(input.small(0, 2));
  o.algorithm = static_cast<std::int32_t>(input.small(1, 2));
  o.local_offsets = static_cast<std::int32_t>(input.small(0, 1));
  o.subpixel = static_cast<std::int32_t>(input.small(0, 1));
  o.group_size = input.small(1, 3);
  o.patch_height = input.small(1, 12);
  o.patch_width = input.small(1, 12);
  const auto dtype = static_cast<ppatch_dtype>(input.small(PPATCH_F32, PPATCH_C128));
  const ppatch_dtype real = dtype == PPATCH_C64    ? PPATCH_F32
                            : dtype == PPATCH_C128 ? PPATCH_F64
                                                   : dtype;
  const std::int64_t groups = input.small(0, 4);
  const std::int64_t count = groups * o.group_size;
  const std::int64_t images = input.small(0, 2);
  const std::int64_t height = input.small(0, 20);
  const std::int64_t width = input.small(0, 20);
  const bool tight = input.small(0, 1) != 0;

  Owned positions(PPATCH_F64, {count, 2});
  for (std::int64_t i = 0; i < 2 * count; ++i) {
    const auto value = input.small(0, 3) == 0
                           ? input.take<double>()
                           : static_cast<double>(input.take<std::int16_t>()) / 512;
    std::memcpy(positions.bytes.data() + 8 * i, &value, sizeof value);
  }
  ppatch_patch_plan* plan = nullptr;
  if (ppatch_patch_plan_create(&plan, context_of(tight), &positions.array, &o) != PPATCH_OK) {
    require(plan == nullptr);
    require_reason();
    return 0;
  }
  std::vector<std::int64_t> image_shape{height, width};
  std::vector<std::int64_t> patch_shape{o.layout == PPATCH_LAYOUT_FLAT ? count : groups};
  if (o.layout == PPATCH_LAYOUT_CHANNEL_FIRST) patch_shape.push_back(o.group_size);
  patch_shape.insert(patch_shape.end(), {o.patch_height, o.patch_width});
  if (o.layout == PPATCH_LAYOUT_CHANNEL_LAST) patch_shape.push_back(o.group_size);
  std::vector<std::int64_t> result_shape{count, 2};
  std::vector<std::int64_t> normal_shape{count, 3};
  if (images > 0) {
    for (auto* shape : {&image_shape, &patch_shape, &result_shape, &normal_shape}) {
      shape->insert(shape->begin(), images);
    }
  }
  const Owned image(dtype, image_shape);
  const Owned patches(dtype, patch_shape);
  const Owned coverage(real, image_shape);
  const Owned gradient(real, result_shape);
  const Owned normal(real, normal_shape);
  // (h, w): its waves are shaped as the patches.
  const Owned probe(dtype, {o.patch_height, o.patch_width});
  const ppatch_status first = ppatch_patch_extract(plan, &image.array, &patches.array);
  const ppatch_status second = ppatch_patch_adjoint(plan, &patches.array, &image.array,
                                                    &coverage.array, PPATCH_ADJOINT_ACCUMULATE);
  const ppatch_status third =
      ppatch_patch_assemble(plan, &patches.array, &image.array, &coverage.array, 1e-6);
  const ppatch_status fourth =
      ppatch_patch_position_gradient(plan, &image.array, &patches.array, &gradient.array, nullptr);
  const ppatch_status fifth =
      ppatch_patch_position_normal(plan, &image.array, input.small(0, 1) ? &probe.array : nullptr,
                                   &patches.array, &gradient.array, &normal.array);
  const ppatch_status sixth =
      ppatch_patch_probe_extract(plan, &image.array, &probe.array, &patches.array);
  const ppatch_status seventh = ppatch_patch_probe_adjoint_image(
      plan, &patches.array, &probe.array, &image.array, &coverage.array, PPATCH_ADJOINT_ACCUMULATE);
  const ppatch_status eighth = ppatch_patch_probe_adjoint_probe(
      plan, &image.array, &patches.array, &probe.array, PPATCH_ADJOINT_ACCUMULATE);
  // One set of shapes: all of them are legal, or none.
  for (const ppatch_status status : {second, third, fourth, fifth, sixth, seventh, eighth}) {
    require(first == status);
  }
  ppatch_patch_plan_destroy(plan);
  return 0;
}
