// SPDX-License-Identifier: Apache-2.0
//
// Legal and nearly legal scenes of small images: every method, every option, pixels of any bits.
#include <cmath>
#include <vector>

#include "fuzz_context.hpp"

namespace {

// Memory of exactly the image's size, so that a read beyond it is seen.
struct Owned {
  std::vector<unsigned char> pixels, mask;
  ppatch_scene_image image;

  Owned(FuzzInput& input, ppatch_dtype dtype, std::int64_t height, std::int64_t width) {
    const std::int64_t shape[2] = {height, width};
    const auto bytes = static_cast<std::size_t>(height * width * ppatch_dtype_size(dtype));
    // A few bytes repeat: a whole image of them would be most of the input.
    std::vector<unsigned char> period(static_cast<std::size_t>(input.small(1, 48)));
    for (unsigned char& b : period) b = input.take<unsigned char>();
    pixels.resize(bytes);
    for (std::size_t i = 0; i < bytes; ++i) pixels[i] = period[i % period.size()];
    image = ppatch_scene_image_of(ppatch_array_c(pixels.data(), dtype, 2, shape));
    if (input.small(0, 3) == 0) {
      mask.resize(static_cast<std::size_t>(height * width));
      const std::int64_t every = input.small(1, 9);
      for (std::size_t i = 0; i < mask.size(); ++i) {
        mask[i] = i % static_cast<std::size_t>(every) == 0 ? 0 : 1;
      }
      image.mask = ppatch_array_c(mask.data(), PPATCH_U8, 2, shape);
    }
    if (input.small(0, 3) == 0) {
      image.own_levels = 1;
      image.black[0] = static_cast<double>(input.take<std::int16_t>());
      image.white = static_cast<double>(input.take<std::uint16_t>());
    }
  }
};

void check(const ppatch_shift& shift, std::int64_t height, std::int64_t width) {
  require(shift.status >= PPATCH_SHIFT_STATUS_OK && shift.status <= PPATCH_SHIFT_STATUS_AMBIGUOUS);
  require(shift.common_height <= height && shift.common_width <= width);
  if (shift.status != PPATCH_SHIFT_STATUS_OK) return;
  for (const double d : shift.shift) require(std::isfinite(d));
  require(shift.peak >= 0.0 && shift.peak <= 1.0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  ppatch_scene_options o{};
  o.struct_size = sizeof o;
  o.method = static_cast<ppatch_method>(input.small(0, 3));
  o.height = input.small(1, 72);
  o.width = input.small(1, 72);
  const char* const mosaics[] = {"", "RGGB", "GBRG", "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG"};
  const char* const letters = mosaics[input.small(0, 3)];
  require((ppatch_cfa_parse(letters, &o.cfa) == PPATCH_OK) == (*letters != '\0'));
  std::int64_t block = 0;
  require(ppatch_cfa_block(&o.cfa, &block) == PPATCH_OK && block >= 1 && block <= 3);
  o.sign = static_cast<ppatch_shift_sign>(input.small(0, 1));
  o.extent = static_cast<ppatch_extent>(input.small(0, 1));
  o.hot_pixels = static_cast<ppatch_switch>(input.small(0, 2));
  o.fixed_pattern = static_cast<ppatch_switch>(input.small(0, 2));
  o.plane_average = static_cast<ppatch_plane_average>(input.small(0, 1));
  o.upsample = static_cast<std::int32_t>(input.small(0, 12));
  o.max_shift[0] = input.small(0, 80);
  o.max_shift[1] = input.small(0, 80);
  o.white = input.small(0, 1) == 0 ? 0.0 : static_cast<double>(input.take<std::uint16_t>());
  ppatch_scene_plan* plan = nullptr;
  if (ppatch_scene_plan_create(&plan, context(), &o) != PPATCH_OK) {
    require(plan == nullptr);
    require_reason();
    return 0;
  }
  const ppatch_dtype dtypes[] = {PPATCH_U8, PPATCH_U16, PPATCH_I16, PPATCH_F32, PPATCH_F64};
  const Owned reference(input, dtypes[input.small(0, 4)], input.small(1, o.height),
                        input.small(1, o.width));
  if (ppatch_scene_plan_borrow_reference(plan, &reference.image) == PPATCH_OK) {
    for (int images = 0; images < 2; ++images) {
      const Owned moving(input, dtypes[input.small(0, 4)], input.small(1, o.height),
                         input.small(1, o.width));
      ppatch_shift shift{};
      if (ppatch_scene_plan_align(plan, 1, &moving.image, &shift) == PPATCH_OK) {
        check(shift, o.height, o.width);
      } else {
        require_reason();
      }
    }
  } else {
    require_reason();
  }
  ppatch_scene_plan_destroy(plan);
  return 0;
}
