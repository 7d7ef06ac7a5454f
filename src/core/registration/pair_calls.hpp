// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/context.hpp"

// The calls about single images and aligned pairs, which need no plan: arguments are checked here,
// the work is the backend's.
namespace ppatch {

void shift_image(Context& context, const ppatch_array* image, const double* shift,
                 const ppatch_resample_options* options, const ppatch_array* out);
void warp_image(Context& context, const ppatch_array* image, const ppatch_scene_motion& motion,
                std::int64_t tile_count, const ppatch_tile_shift* tiles,
                const ppatch_resample_options* options, const ppatch_array* out);
void image_luminance(Context& context, const ppatch_array* image, const double* weights,
                     double white, const ppatch_array* out);
void normalise_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                      const ppatch_array* out);
void bin_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                const ppatch_array* out);

double pair_gain(Context& context, const ppatch_array* anchor, const ppatch_array* target);
double pair_loss(Context& context, const ppatch_array* anchor, const ppatch_array* target,
                 double gain);
double pair_mask(Context& context, const ppatch_array* anchor, const ppatch_array* target,
                 const ppatch_mask_options* options, const ppatch_array* mask);
// mask: NULL where none is wanted.
ppatch_pair_measures measure_pair(Context& context, const ppatch_cfa& cfa,
                                  const ppatch_scene_image& anchor,
                                  const ppatch_scene_image& target,
                                  const ppatch_mask_options* options, const ppatch_array* mask);

}  // namespace ppatch
