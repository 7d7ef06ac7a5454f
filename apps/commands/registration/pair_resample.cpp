// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/pair_resample.hpp"

namespace ptychopatch::alignment {

bool resample(const Context& context, const ppatch_array& image, const mosaics::Cfa& cfa,
              const Aligned& aligned, double outside, const ppatch_array& onto) {
  ppatch_resample_options options{};
  options.struct_size = sizeof options;
  options.interpolation = PPATCH_INTERPOLATION_BICUBIC;
  options.boundary = PPATCH_BOUNDARY_CONSTANT;
  options.constant = outside;
  options.period = cfa.period;
  const bool warps = aligned.motion && aligned.motion->motion.status == PPATCH_SHIFT_STATUS_OK;
  if (warps) {
    image_warp(context, image, *aligned.motion, onto, options);
  } else {
    check(ppatch_image_shift(context.get(), &image, aligned.shift.shift, &options, &onto));
  }
  return warps;
}

}  // namespace ptychopatch::alignment
