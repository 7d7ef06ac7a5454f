/* SPDX-License-Identifier: Apache-2.0
 *
 * Pointers to where no element of their type may begin: refused by name, whatever the argument and
 * the dtype, and nothing is written. */
#include "operations.h"

/* 16 bytes more than anything here has, so that an address may be moved. */
typedef union memory {
  double aligned[BUFFER_BYTES / 8 + 2];
  unsigned char bytes[BUFFER_BYTES + 16];
} memory;

/* One byte on; volatile, so that no compiler warns of what is meant. */
static volatile int one = 1;
static void *moved(void *pointer) { return (char *)pointer + one; }

static ppatch_array off_by(ppatch_array array, int64_t bytes) {
  array.data = (char *)array.data + bytes;
  return array;
}

static ppatch_dtype real_of(ppatch_dtype dtype) {
  return dtype == PPATCH_C64 ? PPATCH_F32 : dtype == PPATCH_C128 ? PPATCH_F64 : dtype;
}

/* Every array of every operation of a plan, at every offset within a scalar; whole scalars pass. */
static void check_operations(ppatch_patch_plan *plan) {
  static memory memories[MAX_ARRAYS];
  static const ppatch_dtype dtypes[] = {PPATCH_F32, PPATCH_F64, PPATCH_C64, PPATCH_C128};
  for (int o = 0; o < OPERATIONS; ++o) {
    const operation *op = &operations[o];
    for (int d = 0; d < 4; ++d) {
      const int64_t scalar = ppatch_dtype_size(real_of(dtypes[d]));
      ppatch_array arrays[MAX_ARRAYS];
      const ppatch_array *given[MAX_ARRAYS] = {NULL};
      for (int a = 0; a < op->count; ++a) {
        const role what = op->arguments[a].what;
        memset(memories[a].bytes, 0, sizeof memories[a]);
        arrays[a] = array_of(what, memories[a].bytes);
        arrays[a].dtype = is_real_role(what) ? real_of(dtypes[d]) : dtypes[d];
        given[a] = &arrays[a];
      }
      for (int a = 0; a < op->count; ++a) {
        const ppatch_array whole = arrays[a];
        for (int64_t bytes = 1; bytes < scalar; ++bytes) {
          arrays[a] = off_by(whole, bytes);
          CHECK_INVALID(op->call(plan, given), op->name, op->arguments[a].name, ".data",
                        "multiple of");
        }
        arrays[a] = off_by(whole, scalar);
        CHECK_OK(op->call(plan, given));
        arrays[a] = whole;
        given[a] = moved(&arrays[a]);
        CHECK_INVALID(op->call(plan, given), op->name, op->arguments[a].name, "multiple of 8");
        given[a] = &arrays[a];
      }
    }
  }
}

static void check_positions(ppatch_context *context, ppatch_patch_plan *plan) {
  static memory first, second;
  static const ppatch_dtype dtypes[] = {PPATCH_F32, PPATCH_F64, PPATCH_I32, PPATCH_I64};
  const int64_t shape[] = {K, 2};
  ppatch_patch_options options = PPATCH_PATCH_OPTIONS_INIT;
  ppatch_patch_plan *other = NULL;
  options.patch_height = options.patch_width = 3;
  for (int d = 0; d < 4; ++d) {
    for (int64_t bytes = 1; bytes < ppatch_dtype_size(dtypes[d]); ++bytes) {
      const ppatch_array off = off_by(ppatch_array_c(first.bytes, dtypes[d], 2, shape), bytes);
      CHECK_INVALID(ppatch_patch_plan_set_positions(plan, &off), "positions.data", "multiple of");
      CHECK_INVALID(ppatch_patch_plan_create(&other, context, &off, &options), "positions.data",
                    "multiple of");
    }
  }
  const ppatch_array integer = ppatch_array_c(first.bytes, PPATCH_I32, 2, shape);
  const ppatch_array fraction = ppatch_array_c(second.bytes, PPATCH_F64, 2, shape);
  const ppatch_array off_integer = off_by(integer, 2), off_fraction = off_by(fraction, 4);
  CHECK_INVALID(ppatch_patch_plan_set_positions_split(plan, &off_integer, &fraction),
                "integer.data", "multiple of 4");
  CHECK_INVALID(ppatch_patch_plan_set_positions_split(plan, &integer, &off_fraction),
                "fraction.data", "multiple of 8");
  const ppatch_array index =
      off_by(ppatch_array_c(first.bytes, PPATCH_I64, 1, (const int64_t[]){K}), 4);
  CHECK_INVALID(ppatch_patch_plan_set_image_index(plan, &index), "index.data", "multiple of 8");
  const ppatch_array used = off_by(fraction, 4);
  CHECK_INVALID(ppatch_patch_plan_get_positions(plan, &used), "positions.data", "multiple of 8");

  const ppatch_array good = fraction;
  CHECK_INVALID(ppatch_patch_plan_create(&other, context, moved((void *)&good), &options),
                "positions", "multiple of 8");
  CHECK_INVALID(ppatch_patch_plan_create(&other, context, &good, moved(&options)), "options",
                "multiple of 8");
  CHECK_INVALID(ppatch_patch_plan_create(moved(&other), context, &good, &options), "plan",
                "multiple of 8");
  CHECK_INVALID(ppatch_patch_plan_set_positions(moved(plan), &good), "plan", "multiple of 8");
  ppatch_patch_plan_info info = PPATCH_PATCH_PLAN_INFO_INIT;
  CHECK_INVALID(ppatch_patch_plan_get_info(plan, moved(&info)), "info", "multiple of 8");
  uint64_t bytes = 0;
  CHECK_INVALID(ppatch_patch_plan_bytes(context, 3, &options, moved(&bytes)), "bytes",
                "multiple of 8");
}

static void check_groups(ppatch_context *context) {
  static memory points, integers, numbers;
  ppatch_group_options options = PPATCH_GROUP_OPTIONS_INIT;
  options.point_capacity = 8;
  options.neighbours = 2;
  ppatch_group_plan *plan = NULL;
  CHECK_OK(ppatch_group_plan_create(&plan, context, &options));
  for (int i = 0; i < 16; ++i) points.aligned[i] = i * i;
  const ppatch_array where = ppatch_array_c(points.bytes, PPATCH_F64, 2, (const int64_t[]){8, 2});
  const ppatch_array off_where = off_by(where, 4);
  CHECK_INVALID(ppatch_group_plan_borrow_points(plan, &off_where), "points.data", "multiple of 8");
  CHECK_OK(ppatch_group_plan_borrow_points(plan, &where));
  const ppatch_array indices =
      ppatch_array_c(integers.bytes, PPATCH_I64, 2, (const int64_t[]){8, 2});
  const ppatch_array squares =
      ppatch_array_c(numbers.bytes, PPATCH_F64, 2, (const int64_t[]){8, 2});
  const ppatch_array off_indices = off_by(indices, 2), off_squares = off_by(squares, 1);
  CHECK_INVALID(ppatch_group_plan_neighbours(plan, NULL, &off_indices, &squares), "indices.data",
                "multiple of 8");
  CHECK_INVALID(ppatch_group_plan_neighbours(plan, NULL, &indices, &off_squares),
                "squared_distances.data", "multiple of 8");
  CHECK_OK(ppatch_group_plan_neighbours(plan, NULL, &indices, &squares));
  ppatch_group_plan_destroy(plan);
}

/* Pixels of every dtype that registration takes, and numbers beside them. */
static void check_registration(ppatch_context *context) {
  static memory pixels, mask, out;
  static const ppatch_dtype dtypes[] = {PPATCH_U16, PPATCH_I16, PPATCH_F32, PPATCH_F64};
  const int64_t shape[] = {16, 16};
  ppatch_scene_options options = PPATCH_SCENE_OPTIONS_INIT;
  options.height = options.width = 16;
  ppatch_scene_plan *plan = NULL;
  CHECK_OK(ppatch_scene_plan_create(&plan, context, &options));
  const double by[3] = {0.5, 0.25, 0};
  const ppatch_resample_options resample = PPATCH_RESAMPLE_OPTIONS_INIT;
  ppatch_scene_motion whole = {.model = PPATCH_MOTION_MODEL_AFFINE, .matrix = {1, 0, 0, 1}};
  ppatch_scene_motion field = {.model = PPATCH_MOTION_MODEL_FIELD, .matrix = {1, 0, 0, 1}};
  ppatch_tile_shift tile = {.centre = {4, 4}};
  for (int d = 0; d < 4; ++d) {
    const ppatch_array good = ppatch_array_c(pixels.bytes, dtypes[d], 2, shape);
    const ppatch_array off = off_by(good, 1);
    const ppatch_array to = ppatch_array_c(out.bytes, dtypes[d], 2, shape);
    const ppatch_array off_to = off_by(to, 1);
    const ppatch_scene_image image = ppatch_scene_image_of(off);
    CHECK_INVALID(ppatch_scene_plan_borrow_reference(plan, &image), "reference.pixels.data",
                  "multiple of");
    CHECK_INVALID(ppatch_image_shift(context, &off, by, &resample, &to), "image.data",
                  "multiple of");
    CHECK_INVALID(ppatch_image_shift(context, &good, by, &resample, &off_to), "out.data",
                  "multiple of");
    CHECK_INVALID(ppatch_image_shift(context, &good, moved((void *)by), &resample, &to), "shift",
                  "multiple of 8");
    CHECK_INVALID(ppatch_image_warp(context, &off, &whole, 0, NULL, &resample, &to), "image.data",
                  "multiple of");
    CHECK_INVALID(ppatch_image_warp(context, &good, &whole, 0, NULL, &resample, &off_to),
                  "out.data", "multiple of");
    CHECK_INVALID(ppatch_image_warp(context, &good, moved(&whole), 0, NULL, &resample, &to),
                  "motion", "multiple of 8");
    CHECK_INVALID(ppatch_image_warp(context, &good, &field, 1, moved(&tile), &resample, &to),
                  "tiles", "multiple of 8");
    CHECK_OK(ppatch_image_warp(context, &good, &field, 1, &tile, &resample, &to));
  }
  ppatch_scene_image image =
      ppatch_scene_image_of(ppatch_array_c(pixels.bytes, PPATCH_F32, 2, shape));
  image.mask = ppatch_array_c(mask.bytes + 1, PPATCH_U8, 2, shape); /* bytes lie anywhere */
  CHECK_OK(ppatch_scene_plan_borrow_reference(plan, &image));
  CHECK_INVALID(ppatch_scene_plan_borrow_reference(plan, moved(&image)), "reference",
                "multiple of 8");
  ppatch_shift result;
  CHECK_INVALID(ppatch_scene_plan_align(plan, 1, moved(&image), &result), "images",
                "multiple of 8");
  CHECK_INVALID(ppatch_scene_plan_align(plan, 1, &image, moved(&result)), "results",
                "multiple of 8");
  ppatch_scene_motion motion;
  ppatch_tile_shift tiles[2];
  CHECK_INVALID(ppatch_scene_plan_measure_motion(plan, 1, &image, &result, &motion, 2, tiles),
                "plan", "motion model");
  ppatch_scene_plan_destroy(plan);
  plan = NULL;
  for (ppatch_motion_search bad = -1; bad <= 2; bad += 3) {
    options.motion = PPATCH_MOTION_MODEL_AFFINE;
    options.motion_search = bad;
    CHECK_INVALID(ppatch_scene_plan_create(&plan, context, &options), "motion_search",
                  bad < 0 ? "got -1" : "got 2");
  }
  options.motion_search = PPATCH_MOTION_SEARCH_ROTATION;
  for (ppatch_motion_model none = PPATCH_MOTION_MODEL_NONE; none <= PPATCH_MOTION_MODEL_TRANSLATION;
       ++none) {
    options.motion = none;
    CHECK_INVALID(ppatch_scene_plan_create(&plan, context, &options), "options.motion",
                  "SIMILARITY");
  }
  options.motion = PPATCH_MOTION_MODEL_AFFINE;
  options.motion_search = PPATCH_MOTION_SEARCH_NONE;
  CHECK_OK(ppatch_scene_plan_create(&plan, context, &options));
  CHECK_OK(ppatch_scene_plan_borrow_reference(plan, &image));
  CHECK_INVALID(
      ppatch_scene_plan_measure_motion(plan, 1, &image, &result, moved(&motion), 2, tiles),
      "motions", "multiple of 8");
  CHECK_INVALID(
      ppatch_scene_plan_measure_motion(plan, 1, &image, &result, &motion, 2, moved(tiles)), "tiles",
      "multiple of 8");
  CHECK_INVALID(ppatch_scene_plan_measure_motion(plan, 1, &image, &result, NULL, 2, tiles),
                "motions", "got NULL");
  CHECK_INVALID(ppatch_scene_plan_measure_motion(plan, 1, &image, &result, &motion, -1, tiles),
                "tile_capacity", "-1");
  CHECK_OK(ppatch_scene_plan_measure_motion(plan, 1, &image, &result, &motion, 0, NULL));

  const ppatch_array plane = ppatch_array_c(pixels.bytes, PPATCH_F32, 2, shape);
  const ppatch_array kept = ppatch_array_c(out.bytes, PPATCH_U8, 2, shape);
  const ppatch_mask_options mask_options = PPATCH_MASK_OPTIONS_INIT;
  double number = 0;
  CHECK_INVALID(ppatch_pair_gain(context, &plane, &plane, moved(&number)), "gain", "multiple of 8");
  CHECK_INVALID(ppatch_pair_mask(context, &plane, &plane, &mask_options, &kept, moved(&number)),
                "mask_mean", "multiple of 8");
  const ppatch_cfa cfa = ppatch_cfa_none();
  ppatch_scene_image raw = ppatch_scene_image_of(plane);
  raw.own_levels = 1;
  raw.white = 1;
  ppatch_pair_measures measures;
  CHECK_OK(ppatch_pair_measure(context, &cfa, &raw, &raw, &mask_options, &kept, &measures));
  CHECK_INVALID(
      ppatch_pair_measure(context, &cfa, &raw, &raw, &mask_options, &kept, moved(&measures)),
      "measures", "multiple of 8");
  CHECK_INVALID(ppatch_pair_measure(context, &cfa, moved(&raw), &raw, NULL, NULL, &measures),
                "anchor", "multiple of 8");
  CHECK_INVALID(ppatch_pair_measure(context, &cfa, &raw, moved(&raw), NULL, NULL, &measures),
                "target", "multiple of 8");
  raw.own_levels = 0;
  CHECK_INVALID(ppatch_pair_measure(context, &cfa, &raw, &raw, NULL, NULL, &measures),
                "anchor.own_levels", "expected 1");
  int64_t lattice[2], sides[2] = {4, 4};
  ppatch_common_area area;
  CHECK_INVALID(ppatch_cfa_round(&cfa, by, moved(lattice)), "lattice", "multiple of 8");
  CHECK_INVALID(ppatch_cfa_block(&cfa, moved(lattice)), "block", "multiple of 8");
  CHECK_INVALID(ppatch_cfa_block(&cfa, NULL), "block", "NULL");
  CHECK_INVALID(ppatch_cfa_block(NULL, lattice), "cfa", "NULL");
  CHECK_OK(ppatch_cfa_block(&cfa, lattice));
  CHECK_INVALID(ppatch_common_area_of(moved(sides), sides, sides, &area), "reference_shape",
                "multiple of 8");
  CHECK_INVALID(ppatch_common_area_of(sides, moved(sides), sides, &area), "moving_shape",
                "multiple of 8");
  CHECK_INVALID(ppatch_common_area_of(sides, sides, moved(sides), &area), "shift", "multiple of 8");
  CHECK_INVALID(ppatch_common_area_of(sides, sides, sides, moved(&area)), "area", "multiple of 8");
  ppatch_scene_plan_destroy(plan);
}

int main(void) {
  ppatch_context *context = make_cpu_context();
  ppatch_patch_plan *plan = make_small_plan(context);
  check_operations(plan);
  check_positions(context, plan);
  check_groups(context);
  check_registration(context);
  ppatch_context_info info = PPATCH_CONTEXT_INFO_INIT;
  CHECK_INVALID(ppatch_context_get_info(context, moved(&info)), "info", "multiple of 8");
  CHECK_INVALID(ppatch_context_create(moved(&context), NULL), "context", "multiple of 8");
  ppatch_patch_plan_destroy(plan);
  ppatch_context_destroy(context);
  return report("alignment_errors_test");
}
