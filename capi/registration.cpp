// SPDX-License-Identifier: Apache-2.0
#include "capi/handles.hpp"

using ptychopatch::fail;
using ptychopatch::guarded;
using ptychopatch::required;

#define NOT_YET return guarded(__func__, [] { fail(PPATCH_ERROR_UNSUPPORTED, "not written yet"); })

ppatch_status ppatch_cfa_round(const ppatch_cfa*, const double*, int64_t*) { NOT_YET; }
ppatch_status ppatch_common_area_of(const int64_t*, const int64_t*, const int64_t*,
                                    ppatch_common_area*) {
  NOT_YET;
}
ppatch_status ppatch_image_shift(ppatch_context*, const ppatch_array*, const double*,
                                 const ppatch_resample_options*, const ppatch_array*) {
  NOT_YET;
}
ppatch_status ppatch_mosaic_normalise(ppatch_context*, const ppatch_cfa*, const ppatch_scene_image*,
                                      const ppatch_array*) {
  NOT_YET;
}
ppatch_status ppatch_mosaic_bin(ppatch_context*, const ppatch_cfa*, const ppatch_scene_image*,
                                const ppatch_array*) {
  NOT_YET;
}
ppatch_status ppatch_pair_gain(ppatch_context*, const ppatch_array*, const ppatch_array*, double*) {
  NOT_YET;
}
ppatch_status ppatch_pair_loss(ppatch_context*, const ppatch_array*, const ppatch_array*, double,
                               double*) {
  NOT_YET;
}
ppatch_status ppatch_pair_mask(ppatch_context*, const ppatch_array*, const ppatch_array*,
                               const ppatch_mask_options*, const ppatch_array*, double*) {
  NOT_YET;
}
