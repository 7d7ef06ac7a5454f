// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_REGISTRATION_PAIR_CALLS_HPP_
#define PTYCHOPATCH_CORE_REGISTRATION_PAIR_CALLS_HPP_

#include "core/context.hpp"

// The calls about shifts, mosaics and aligned pairs that need no plan: arguments are checked here,
// the work is the backend's.
namespace ppatch {

void cfa_round(const ppatch_cfa& cfa, const double* shift, std::int64_t* lattice);
void common_area(const std::int64_t* reference_shape, const std::int64_t* moving_shape,
                 const std::int64_t* shift, ppatch_common_area* area);
void shift_image(Context& context, const ppatch_array* image, const double* shift,
                 const ppatch_resample_options* options, const ppatch_array* out);
void normalise_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                      const ppatch_array* out);
void bin_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                const ppatch_array* out);
double pair_gain(Context& context, const ppatch_array* anchor, const ppatch_array* target);
double pair_loss(Context& context, const ppatch_array* anchor, const ppatch_array* target,
                 double gain);
double pair_mask(Context& context, const ppatch_array* anchor, const ppatch_array* target,
                 const ppatch_mask_options* options, const ppatch_array* mask);

}  // namespace ppatch

#endif  // PTYCHOPATCH_CORE_REGISTRATION_PAIR_CALLS_HPP_
