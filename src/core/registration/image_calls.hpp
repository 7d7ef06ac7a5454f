// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/context.hpp"

namespace ppatch {

// The calls about single images that need no plan: arguments are checked here, the work is the
// backend's.
void shift_image(Context& context, const ppatch_array* image, const double* shift,
                 const ppatch_resample_options* options, const ppatch_array* out);
void normalise_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                      const ppatch_array* out);
void bin_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                const ppatch_array* out);

}  // namespace ppatch
