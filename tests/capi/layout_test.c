// SPDX-License-Identifier: Apache-2.0
//
// The frozen half of the ABI: sizes, offsets and numbers of ptychopatch.h on a 64-bit machine.
// What fails here breaks programs that are already compiled.
#include <stddef.h>

#include "check.h"

/* C99 has no static assertion: an array of -1 elements does not compile. */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define ASSERT_STATIC(condition) typedef char JOIN(assertion_, __LINE__)[(condition) ? 1 : -1]
#define ASSERT_OFFSET(type, member, offset) ASSERT_STATIC(offsetof(type, member) == (offset))

ASSERT_STATIC(sizeof(void *) == 8);

ASSERT_STATIC(sizeof(ppatch_array) == 152);
ASSERT_OFFSET(ppatch_array, data, 0);
ASSERT_OFFSET(ppatch_array, dtype, 8);
ASSERT_OFFSET(ppatch_array, ndim, 12);
ASSERT_OFFSET(ppatch_array, shape, 16);
ASSERT_OFFSET(ppatch_array, strides, 80);
ASSERT_OFFSET(ppatch_array, device_type, 144);
ASSERT_OFFSET(ppatch_array, device_id, 148);

ASSERT_STATIC(sizeof(ppatch_context_options) == 88);
ASSERT_OFFSET(ppatch_context_options, struct_size, 0);
ASSERT_OFFSET(ppatch_context_options, backend, 4);
ASSERT_OFFSET(ppatch_context_options, device, 8);
ASSERT_OFFSET(ppatch_context_options, num_threads, 12);
ASSERT_OFFSET(ppatch_context_options, memory_budget, 16);
ASSERT_OFFSET(ppatch_context_options, log_level, 24);
ASSERT_OFFSET(ppatch_context_options, reserved, 28);
ASSERT_OFFSET(ppatch_context_options, allocate, 32);
ASSERT_OFFSET(ppatch_context_options, deallocate, 40);
ASSERT_OFFSET(ppatch_context_options, allocator_user, 48);
ASSERT_OFFSET(ppatch_context_options, log, 56);
ASSERT_OFFSET(ppatch_context_options, log_user, 64);
ASSERT_OFFSET(ppatch_context_options, progress, 72);
ASSERT_OFFSET(ppatch_context_options, progress_user, 80);

ASSERT_STATIC(sizeof(ppatch_context_info) == 104);
ASSERT_OFFSET(ppatch_context_info, struct_size, 0);
ASSERT_OFFSET(ppatch_context_info, backend, 4);
ASSERT_OFFSET(ppatch_context_info, device, 8);
ASSERT_OFFSET(ppatch_context_info, num_threads, 12);
ASSERT_OFFSET(ppatch_context_info, memory_budget, 16);
ASSERT_OFFSET(ppatch_context_info, device_name, 24);
ASSERT_OFFSET(ppatch_context_info, simd, 88);

ASSERT_STATIC(sizeof(ppatch_patch_options) == 112);
ASSERT_OFFSET(ppatch_patch_options, struct_size, 0);
ASSERT_OFFSET(ppatch_patch_options, interpolation, 4);
ASSERT_OFFSET(ppatch_patch_options, patch_height, 8);
ASSERT_OFFSET(ppatch_patch_options, patch_width, 16);
ASSERT_OFFSET(ppatch_patch_options, boundary, 24);
ASSERT_OFFSET(ppatch_patch_options, anchor, 28);
ASSERT_OFFSET(ppatch_patch_options, axes, 32);
ASSERT_OFFSET(ppatch_patch_options, sign, 36);
ASSERT_OFFSET(ppatch_patch_options, layout, 40);
ASSERT_OFFSET(ppatch_patch_options, algorithm, 44);
ASSERT_OFFSET(ppatch_patch_options, group_size, 48);
ASSERT_OFFSET(ppatch_patch_options, local_offsets, 56);
ASSERT_OFFSET(ppatch_patch_options, reserved, 60);
ASSERT_OFFSET(ppatch_patch_options, constant_real, 64);
ASSERT_OFFSET(ppatch_patch_options, constant_imag, 72);
ASSERT_OFFSET(ppatch_patch_options, jitter_sigma, 80);
ASSERT_OFFSET(ppatch_patch_options, jitter_seed, 88);
ASSERT_OFFSET(ppatch_patch_options, position_capacity, 96);
ASSERT_OFFSET(ppatch_patch_options, subpixel, 104);
ASSERT_OFFSET(ppatch_patch_options, halves, 108);

ASSERT_STATIC(sizeof(ppatch_patch_solve_options) == 24);
ASSERT_OFFSET(ppatch_patch_solve_options, struct_size, 0);
ASSERT_OFFSET(ppatch_patch_solve_options, max_iterations, 4);
ASSERT_OFFSET(ppatch_patch_solve_options, tolerance, 8);
ASSERT_OFFSET(ppatch_patch_solve_options, lambda, 16);

ASSERT_STATIC(sizeof(ppatch_patch_solve_info) == 24);
ASSERT_OFFSET(ppatch_patch_solve_info, struct_size, 0);
ASSERT_OFFSET(ppatch_patch_solve_info, reserved, 4);
ASSERT_OFFSET(ppatch_patch_solve_info, iterations, 8);
ASSERT_OFFSET(ppatch_patch_solve_info, residual, 16);

ASSERT_STATIC(sizeof(ppatch_scan_fit_options) == 16);
ASSERT_OFFSET(ppatch_scan_fit_options, struct_size, 0);
ASSERT_OFFSET(ppatch_scan_fit_options, axes, 4);
ASSERT_OFFSET(ppatch_scan_fit_options, sigma, 8);

ASSERT_STATIC(sizeof(ppatch_scan_fit_info) == 448);
ASSERT_OFFSET(ppatch_scan_fit_info, struct_size, 0);
ASSERT_OFFSET(ppatch_scan_fit_info, status, 4);
ASSERT_OFFSET(ppatch_scan_fit_info, centre, 8);
ASSERT_OFFSET(ppatch_scan_fit_info, shift, 24);
ASSERT_OFFSET(ppatch_scan_fit_info, matrix, 40);
ASSERT_OFFSET(ppatch_scan_fit_info, covariance, 72);
ASSERT_OFFSET(ppatch_scan_fit_info, rotation, 360);
ASSERT_OFFSET(ppatch_scan_fit_info, scale, 368);
ASSERT_OFFSET(ppatch_scan_fit_info, shear, 384);
ASSERT_OFFSET(ppatch_scan_fit_info, rotation_sigma, 392);
ASSERT_OFFSET(ppatch_scan_fit_info, scale_sigma, 400);
ASSERT_OFFSET(ppatch_scan_fit_info, shear_sigma, 416);
ASSERT_OFFSET(ppatch_scan_fit_info, sigma, 424);
ASSERT_OFFSET(ppatch_scan_fit_info, chi2_per_dof, 432);
ASSERT_OFFSET(ppatch_scan_fit_info, degrees_of_freedom, 440);

ASSERT_STATIC(sizeof(ppatch_patch_plan_info) == 32);
ASSERT_OFFSET(ppatch_patch_plan_info, struct_size, 0);
ASSERT_OFFSET(ppatch_patch_plan_info, algorithm, 4);
ASSERT_OFFSET(ppatch_patch_plan_info, position_count, 8);
ASSERT_OFFSET(ppatch_patch_plan_info, position_capacity, 16);
ASSERT_OFFSET(ppatch_patch_plan_info, bytes, 24);

ASSERT_STATIC(sizeof(ppatch_cfa) == 48);
ASSERT_OFFSET(ppatch_cfa, height, 0);
ASSERT_OFFSET(ppatch_cfa, width, 4);
ASSERT_OFFSET(ppatch_cfa, colour, 8);
ASSERT_OFFSET(ppatch_cfa, reserved, 44);

ASSERT_STATIC(sizeof(ppatch_scene_image) == 352);
ASSERT_OFFSET(ppatch_scene_image, pixels, 0);
ASSERT_OFFSET(ppatch_scene_image, mask, 152);
ASSERT_OFFSET(ppatch_scene_image, black, 304);
ASSERT_OFFSET(ppatch_scene_image, white, 336);
ASSERT_OFFSET(ppatch_scene_image, own_levels, 344);
ASSERT_OFFSET(ppatch_scene_image, reserved, 348);

ASSERT_STATIC(sizeof(ppatch_scene_options) == 184);
ASSERT_OFFSET(ppatch_scene_options, struct_size, 0);
ASSERT_OFFSET(ppatch_scene_options, method, 4);
ASSERT_OFFSET(ppatch_scene_options, height, 8);
ASSERT_OFFSET(ppatch_scene_options, width, 16);
ASSERT_OFFSET(ppatch_scene_options, cfa, 24);
ASSERT_OFFSET(ppatch_scene_options, black, 72);
ASSERT_OFFSET(ppatch_scene_options, white, 104);
ASSERT_OFFSET(ppatch_scene_options, max_shift, 112);
ASSERT_OFFSET(ppatch_scene_options, sign, 128);
ASSERT_OFFSET(ppatch_scene_options, extent, 132);
ASSERT_OFFSET(ppatch_scene_options, hot_pixels, 136);
ASSERT_OFFSET(ppatch_scene_options, fixed_pattern, 140);
ASSERT_OFFSET(ppatch_scene_options, plane_average, 144);
ASSERT_OFFSET(ppatch_scene_options, upsample, 148);
ASSERT_OFFSET(ppatch_scene_options, overlap_ratio, 152);
ASSERT_OFFSET(ppatch_scene_options, false_alarm_limit, 160);
ASSERT_OFFSET(ppatch_scene_options, ambiguity_limit, 168);
ASSERT_OFFSET(ppatch_scene_options, motion, 176);
ASSERT_OFFSET(ppatch_scene_options, motion_search, 180);

ASSERT_STATIC(sizeof(ppatch_shift) == 192);
ASSERT_OFFSET(ppatch_shift, shift, 0);
ASSERT_OFFSET(ppatch_shift, covariance, 16);
ASSERT_OFFSET(ppatch_shift, lattice_shift, 40);
ASSERT_OFFSET(ppatch_shift, lattice_residual, 56);
ASSERT_OFFSET(ppatch_shift, peak, 72);
ASSERT_OFFSET(ppatch_shift, second_peak_ratio, 80);
ASSERT_OFFSET(ppatch_shift, coherence, 88);
ASSERT_OFFSET(ppatch_shift, residual, 96);
ASSERT_OFFSET(ppatch_shift, gain, 104);
ASSERT_OFFSET(ppatch_shift, common_height, 112);
ASSERT_OFFSET(ppatch_shift, common_width, 120);
ASSERT_OFFSET(ppatch_shift, status, 128);
ASSERT_OFFSET(ppatch_shift, flags, 132);
ASSERT_OFFSET(ppatch_shift, iterations, 136);
ASSERT_OFFSET(ppatch_shift, backend, 140);
ASSERT_OFFSET(ppatch_shift, false_alarm, 144);
ASSERT_OFFSET(ppatch_shift, ambiguity, 152);
ASSERT_OFFSET(ppatch_shift, reserved, 160);

ASSERT_STATIC(sizeof(ppatch_scene_motion) == 488);
ASSERT_OFFSET(ppatch_scene_motion, model, 0);
ASSERT_OFFSET(ppatch_scene_motion, status, 4);
ASSERT_OFFSET(ppatch_scene_motion, centre, 8);
ASSERT_OFFSET(ppatch_scene_motion, shift, 24);
ASSERT_OFFSET(ppatch_scene_motion, matrix, 40);
ASSERT_OFFSET(ppatch_scene_motion, covariance, 72);
ASSERT_OFFSET(ppatch_scene_motion, chi_square, 360);
ASSERT_OFFSET(ppatch_scene_motion, contradiction, 384);
ASSERT_OFFSET(ppatch_scene_motion, tile_count, 392);
ASSERT_OFFSET(ppatch_scene_motion, tiles_used, 400);
ASSERT_OFFSET(ppatch_scene_motion, tiles_rejected, 408);
ASSERT_OFFSET(ppatch_scene_motion, tile_size, 416);
ASSERT_OFFSET(ppatch_scene_motion, rotation, 424);
ASSERT_OFFSET(ppatch_scene_motion, scale, 432);
ASSERT_OFFSET(ppatch_scene_motion, reserved, 440);

ASSERT_STATIC(sizeof(ppatch_tile_shift) == 104);
ASSERT_OFFSET(ppatch_tile_shift, centre, 0);
ASSERT_OFFSET(ppatch_tile_shift, shift, 16);
ASSERT_OFFSET(ppatch_tile_shift, covariance, 32);
ASSERT_OFFSET(ppatch_tile_shift, residual, 56);
ASSERT_OFFSET(ppatch_tile_shift, coherence, 72);
ASSERT_OFFSET(ppatch_tile_shift, status, 80);
ASSERT_OFFSET(ppatch_tile_shift, flags, 84);
ASSERT_OFFSET(ppatch_tile_shift, reserved, 88);

ASSERT_STATIC(sizeof(ppatch_scene_plan_info) == 24);
ASSERT_OFFSET(ppatch_scene_plan_info, struct_size, 0);
ASSERT_OFFSET(ppatch_scene_plan_info, method, 4);
ASSERT_OFFSET(ppatch_scene_plan_info, bytes, 8);
ASSERT_OFFSET(ppatch_scene_plan_info, max_tiles, 16);

ASSERT_STATIC(sizeof(ppatch_common_area) == 48);
ASSERT_OFFSET(ppatch_common_area, reference_y, 0);
ASSERT_OFFSET(ppatch_common_area, reference_x, 8);
ASSERT_OFFSET(ppatch_common_area, moving_y, 16);
ASSERT_OFFSET(ppatch_common_area, moving_x, 24);
ASSERT_OFFSET(ppatch_common_area, height, 32);
ASSERT_OFFSET(ppatch_common_area, width, 40);

ASSERT_STATIC(sizeof(ppatch_resample_options) == 40);
ASSERT_OFFSET(ppatch_resample_options, struct_size, 0);
ASSERT_OFFSET(ppatch_resample_options, interpolation, 4);
ASSERT_OFFSET(ppatch_resample_options, boundary, 8);
ASSERT_OFFSET(ppatch_resample_options, period, 12);
ASSERT_OFFSET(ppatch_resample_options, gain, 16);
ASSERT_OFFSET(ppatch_resample_options, constant, 24);
ASSERT_OFFSET(ppatch_resample_options, sign, 32);
ASSERT_OFFSET(ppatch_resample_options, reserved, 36);

ASSERT_STATIC(sizeof(ppatch_mask_options) == 40);
ASSERT_OFFSET(ppatch_mask_options, struct_size, 0);
ASSERT_OFFSET(ppatch_mask_options, reserved, 4);
ASSERT_OFFSET(ppatch_mask_options, gain, 8);
ASSERT_OFFSET(ppatch_mask_options, clip_bound, 16);
ASSERT_OFFSET(ppatch_mask_options, threshold, 24);
ASSERT_OFFSET(ppatch_mask_options, quantile, 32);

ASSERT_STATIC(sizeof(ppatch_pair_measures) == 64);
ASSERT_OFFSET(ppatch_pair_measures, raw_gain, 0);
ASSERT_OFFSET(ppatch_pair_measures, rgb_gain, 8);
ASSERT_OFFSET(ppatch_pair_measures, loss, 16);
ASSERT_OFFSET(ppatch_pair_measures, mask_mean, 24);
ASSERT_OFFSET(ppatch_pair_measures, reserved, 32);

ASSERT_STATIC(sizeof(ppatch_group_options) == 64);
ASSERT_OFFSET(ppatch_group_options, struct_size, 0);
ASSERT_OFFSET(ppatch_group_options, gridsize, 4);
ASSERT_OFFSET(ppatch_group_options, neighbours, 8);
ASSERT_OFFSET(ppatch_group_options, group_count, 16);
ASSERT_OFFSET(ppatch_group_options, seed, 24);
ASSERT_OFFSET(ppatch_group_options, members, 32);
ASSERT_OFFSET(ppatch_group_options, order, 36);
ASSERT_OFFSET(ppatch_group_options, sampling, 40);
ASSERT_OFFSET(ppatch_group_options, oversample, 44);
ASSERT_OFFSET(ppatch_group_options, axes, 48);
ASSERT_OFFSET(ppatch_group_options, relative_sign, 52);
ASSERT_OFFSET(ppatch_group_options, point_capacity, 56);

ASSERT_STATIC(sizeof(ppatch_group_plan_info) == 48);
ASSERT_OFFSET(ppatch_group_plan_info, struct_size, 0);
ASSERT_OFFSET(ppatch_group_plan_info, group_size, 4);
ASSERT_OFFSET(ppatch_group_plan_info, neighbours, 8);
ASSERT_OFFSET(ppatch_group_plan_info, group_count, 16);
ASSERT_OFFSET(ppatch_group_plan_info, point_count, 24);
ASSERT_OFFSET(ppatch_group_plan_info, point_capacity, 32);
ASSERT_OFFSET(ppatch_group_plan_info, bytes, 40);

ASSERT_STATIC(sizeof(ppatch_status) == 4 && sizeof(ppatch_dtype) == 4);
ASSERT_STATIC(sizeof(ppatch_adjoint_flags) == 4 && sizeof(ppatch_shift_flags) == 4);
ASSERT_STATIC(PPATCH_OK == 0 && PPATCH_ERROR_INVALID_ARGUMENT == 1 &&
              PPATCH_ERROR_OUT_OF_MEMORY == 2 && PPATCH_ERROR_UNSUPPORTED == 3 &&
              PPATCH_ERROR_CANCELLED == 4 && PPATCH_ERROR_NOT_BUILT == 5 &&
              PPATCH_ERROR_NO_DEVICE == 6 && PPATCH_ERROR_DEVICE == 7 && PPATCH_ERROR_IO == 8 &&
              PPATCH_ERROR_INTERNAL == 9);
ASSERT_STATIC(PPATCH_F32 == 1 && PPATCH_F64 == 2 && PPATCH_C64 == 3 && PPATCH_C128 == 4 &&
              PPATCH_I32 == 5 && PPATCH_I64 == 6 && PPATCH_U16 == 7 && PPATCH_U8 == 8 &&
              PPATCH_I16 == 9);
ASSERT_STATIC(PPATCH_DEVICE_HOST == 1 && PPATCH_DEVICE_CUDA == 2 && PPATCH_DEVICE_CUDA_HOST == 3);
ASSERT_STATIC(PPATCH_BACKEND_AUTO == 0 && PPATCH_BACKEND_CPU == 1 && PPATCH_BACKEND_CUDA == 2);
ASSERT_STATIC(PPATCH_LOG_LEVEL_DEBUG == 1 && PPATCH_LOG_LEVEL_INFO == 2 &&
              PPATCH_LOG_LEVEL_WARNING == 3);
ASSERT_STATIC(PPATCH_INTERPOLATION_BILINEAR == 0 && PPATCH_INTERPOLATION_NEAREST == 1 &&
              PPATCH_INTERPOLATION_BICUBIC == 2 && PPATCH_INTERPOLATION_LANCZOS3 == 3);
ASSERT_STATIC(PPATCH_BOUNDARY_ZERO == 0 && PPATCH_BOUNDARY_CONSTANT == 1 &&
              PPATCH_BOUNDARY_EDGE == 2 && PPATCH_BOUNDARY_REFLECT == 3 &&
              PPATCH_BOUNDARY_WRAP == 4);
ASSERT_STATIC(PPATCH_ANCHOR_CORNER == 0 && PPATCH_ANCHOR_HALF == 1 && PPATCH_ANCHOR_CENTRE == 2);
ASSERT_STATIC(PPATCH_AXES_YX == 0 && PPATCH_AXES_XY == 1 && PPATCH_SIGN_WINDOW == 0 &&
              PPATCH_SIGN_CONTENT == 1);
ASSERT_STATIC(PPATCH_LAYOUT_FLAT == 0 && PPATCH_LAYOUT_CHANNEL_LAST == 1 &&
              PPATCH_LAYOUT_CHANNEL_FIRST == 2);
ASSERT_STATIC(PPATCH_ALGORITHM_AUTO == 0 && PPATCH_ALGORITHM_BATCHED == 1 &&
              PPATCH_ALGORITHM_ITERATIVE == 2);
ASSERT_STATIC(PPATCH_LOCAL_OFFSETS_AS_GIVEN == 0 && PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN == 1);
ASSERT_STATIC(PPATCH_GROUP_MEMBERS_NEIGHBOURS == 0 && PPATCH_GROUP_MEMBERS_WITH_CENTRE == 1);
ASSERT_STATIC(PPATCH_GROUP_ORDER_DRAWN == 0 && PPATCH_GROUP_ORDER_DISTANCE == 1 &&
              PPATCH_GROUP_ORDER_POSITION == 2);
ASSERT_STATIC(PPATCH_GROUP_SAMPLING_RANDOM == 0 && PPATCH_GROUP_SAMPLING_SEQUENTIAL == 1);
ASSERT_STATIC(PPATCH_RELATIVE_SIGN_FROM_OFFSET == 0 && PPATCH_RELATIVE_SIGN_TO_OFFSET == 1);
ASSERT_STATIC(PPATCH_METHOD_ML == 0 && PPATCH_METHOD_PHASE == 1 && PPATCH_METHOD_CROSS == 2 &&
              PPATCH_METHOD_PER_PLANE == 3);
ASSERT_STATIC(PPATCH_SHIFT_SIGN_REGISTER == 0 && PPATCH_SHIFT_SIGN_DISPLACEMENT == 1);
ASSERT_STATIC(PPATCH_EXTENT_LINEAR == 0 && PPATCH_EXTENT_CIRCULAR == 1);
ASSERT_STATIC(PPATCH_SWITCH_AUTO == 0 && PPATCH_SWITCH_ON == 1 && PPATCH_SWITCH_OFF == 2);
ASSERT_STATIC(PPATCH_PLANE_AVERAGE_MEDIAN == 0 && PPATCH_PLANE_AVERAGE_MEAN == 1);
ASSERT_STATIC(PPATCH_SHIFT_STATUS_OK == 0 && PPATCH_SHIFT_STATUS_FLAT == 1 &&
              PPATCH_SHIFT_STATUS_SATURATED == 2 && PPATCH_SHIFT_STATUS_NOT_FINITE == 3 &&
              PPATCH_SHIFT_STATUS_TOO_SMALL == 4 && PPATCH_SHIFT_STATUS_UNRELATED == 5 &&
              PPATCH_SHIFT_STATUS_NOT_CONVERGED == 6 && PPATCH_SHIFT_STATUS_REFERENCE == 7);
ASSERT_STATIC(PPATCH_SHIFT_FLAG_ZERO_LAG == 1 && PPATCH_SHIFT_FLAG_FIXED_ROWS == 2 &&
              PPATCH_SHIFT_FLAG_FIXED_COLUMNS == 4);
ASSERT_STATIC(PPATCH_ADJOINT_OVERWRITE == 0 && PPATCH_ADJOINT_ACCUMULATE == 1);

/* The helpers of the header, which every program compiles into itself. */
static void check_array_helpers(void) {
  static const int64_t shape[3] = {4, 5, 6};
  static const int64_t strides[3] = {-60, 1, 10};
  static float data[120];
  const ppatch_array plain = ppatch_array_c(data, PPATCH_F32, 3, shape);
  const ppatch_array strided = ppatch_array_strided(data, PPATCH_F32, 3, shape, strides);
  int d;
  CHECK(plain.data == data && plain.dtype == PPATCH_F32 && plain.ndim == 3);
  CHECK(plain.device_type == PPATCH_DEVICE_HOST && plain.device_id == 0);
  CHECK(plain.strides[0] == 30 && plain.strides[1] == 6 && plain.strides[2] == 1);
  for (d = 0; d < 3; ++d) {
    CHECK(plain.shape[d] == shape[d] && strided.shape[d] == shape[d]);
    CHECK(strided.strides[d] == strides[d]);
  }
  for (d = 3; d < PPATCH_MAX_NDIM; ++d) CHECK(plain.shape[d] == 0 && plain.strides[d] == 0);
}

static void check_versions(void) {
  char text[32];
  snprintf(text, sizeof text, "%d.%d.%d", PPATCH_VERSION_MAJOR, PPATCH_VERSION_MINOR,
           PPATCH_VERSION_PATCH);
  CHECK(strcmp(ppatch_version_string(), text) == 0);
  CHECK(strcmp(text, PROJECT_VERSION_TEXT) == 0);
  CHECK(ppatch_version() ==
        10000 * PPATCH_VERSION_MAJOR + 100 * PPATCH_VERSION_MINOR + PPATCH_VERSION_PATCH);
  CHECK(ppatch_abi_version() == PROJECT_ABI);
}

static void check_dtype_sizes(void) {
  CHECK(ppatch_dtype_size(PPATCH_F32) == 4 && ppatch_dtype_size(PPATCH_F64) == 8);
  CHECK(ppatch_dtype_size(PPATCH_C64) == 8 && ppatch_dtype_size(PPATCH_C128) == 16);
  CHECK(ppatch_dtype_size(PPATCH_I32) == 4 && ppatch_dtype_size(PPATCH_I64) == 8);
  CHECK(ppatch_dtype_size(PPATCH_U16) == 2 && ppatch_dtype_size(PPATCH_U8) == 1);
  CHECK(ppatch_dtype_size(PPATCH_I16) == 2);
  CHECK(ppatch_dtype_size(0) == 0 && ppatch_dtype_size(10) == 0 && ppatch_dtype_size(-1) == 0);
  CHECK(ppatch_dtype_size(INT32_MAX) == 0 && ppatch_dtype_size(INT32_MIN) == 0);
}

int main(void) {
  check_array_helpers();
  check_versions();
  check_dtype_sizes();
  return report("layout_test");
}
