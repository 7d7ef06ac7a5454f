// SPDX-License-Identifier: Apache-2.0
#include "core/registration/scene_image.hpp"

#include "core/array_check.hpp"
#include "core/dtype_dispatch.hpp"
#include "core/error.hpp"

namespace ppatch {

SceneImageView read_scene_image(const std::string& name, const ppatch_scene_image& image,
                                const ppatch_cfa& cfa, const PixelLevels& plan_levels,
                                const Reach& reach) {
  const std::string pixels_name = name + ".pixels";
  const CheckedArray pixels(pixels_name.c_str(), &image.pixels, reach);
  pixels.expect_dtype(sample_types);
  if (pixels.ndim() != 2 || pixels.empty()) {
    invalid(pixels_name, ": expected shape (H, W) with a pixel in it, got ",
            text_of_shape(image.pixels.shape, static_cast<std::size_t>(image.pixels.ndim)));
  }
  SceneImageView view;
  view.data = pixels.data();
  view.on_device = image.pixels.device_type == PPATCH_DEVICE_CUDA;
  view.dtype = pixels.dtype();
  view.height = pixels.shape(0);
  view.width = pixels.shape(1);
  view.stride_y = pixels.stride(0);
  view.stride_x = pixels.stride(1);
  if (image.mask.data) {
    const std::string mask_name = name + ".mask";
    const CheckedArray mask(mask_name.c_str(), &image.mask, reach);
    mask.expect_dtype({DType::u8});
    mask.expect_shape({view.height, view.width});
    view.mask = static_cast<const std::uint8_t*>(mask.data());
    view.on_device = view.on_device || image.mask.device_type == PPATCH_DEVICE_CUDA;
    view.mask_stride_y = mask.stride(0);
    view.mask_stride_x = mask.stride(1);
  }
  if (image.own_levels < 0 || image.own_levels > 1) {
    invalid(name, ".own_levels: expected 0 or 1, got ", image.own_levels);
  }
  if (image.reserved != 0) invalid(name, ".reserved: expected 0, got ", image.reserved);
  PixelLevels levels;
  for (int c = 0; c < 4; ++c) levels.black[c] = image.black[c];
  levels.white = image.white;
  check_levels(name.c_str(), levels);
  if (image.own_levels == 0) {
    for (const double level :
         {levels.black[0], levels.black[1], levels.black[2], levels.black[3], levels.white}) {
      if (level != 0.0) {
        invalid(name, ".own_levels: expected 1 with levels of its own, got 0 and a level of ",
                level);
      }
    }
    levels = plan_levels;
  }
  const int period = cfa.height > 1 ? cfa.height : 1;
  for (int i = 0; i < period * period; ++i) {
    view.black[i] = levels.black[period > 1 ? cfa.colour[i] : 0];
  }
  view.clips = levels.white != 0.0;
  view.white = levels.white;
  return view;
}

}  // namespace ppatch
