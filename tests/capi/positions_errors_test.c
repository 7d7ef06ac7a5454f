// SPDX-License-Identifier: Apache-2.0
//
// Every argument of the functions that give positions, an image index or a stream to a plan. After
// each refusal the plan must still hold what it held.
#include <math.h>

#include "check.h"

enum { K = 6 };

static const double old_positions[K][2] = {{0, 0}, {1.5, 2}, {3, 4.25}, {5, 6}, {-2, 7.5}, {8, 9}};
static const int64_t shape_k2[2] = {K, 2};

static ppatch_patch_plan *make_plan(ppatch_context *context, int64_t group_size) {
  ppatch_patch_plan *plan = NULL;
  const ppatch_array positions = ppatch_array_c(old_positions, PPATCH_F64, 2, shape_k2);
  ppatch_patch_options options = PPATCH_PATCH_OPTIONS_INIT;
  options.patch_height = 3;
  options.patch_width = 5;
  options.group_size = group_size;
  CHECK_OK(ppatch_patch_plan_create(&plan, context, &positions, &options));
  return plan;
}

static int holds_old_positions(const ppatch_patch_plan *plan) {
  double held[K][2];
  const ppatch_array out = ppatch_array_c(held, PPATCH_F64, 2, shape_k2);
  memset(held, 0xff, sizeof held);
  return ppatch_patch_plan_get_positions(plan, &out) == PPATCH_OK &&
         same_bytes(held, old_positions, sizeof held);
}

/* A refused array of positions; also by a create that is given it. */
static void check_refused(int line, ppatch_context *context, ppatch_patch_plan *plan,
                          const ppatch_array *positions, const char *first, const char *second) {
  const char *const set_texts[] = {
      "ppatch_patch_plan_set_positions", "positions", "expected", first, second, NULL};
  const char *const create_texts[] = {
      "ppatch_patch_plan_create", "positions", "expected", first, second, NULL};
  ppatch_patch_plan *other = (ppatch_patch_plan *)&failures;
  ppatch_patch_options options = PPATCH_PATCH_OPTIONS_INIT;
  options.patch_height = 3;
  options.patch_width = 5;
  options.position_capacity = K;
  forget_last_error();
  check_error(line, ppatch_patch_plan_set_positions(plan, positions), PPATCH_ERROR_INVALID_ARGUMENT,
              "set_positions", set_texts);
  CHECK(holds_old_positions(plan));
  forget_last_error();
  check_error(line, ppatch_patch_plan_create(&other, context, positions, &options),
              PPATCH_ERROR_INVALID_ARGUMENT, "create", create_texts);
  CHECK(other == NULL);
}

#define REFUSED(change, first, second)                                    \
  do {                                                                    \
    ppatch_array array = ppatch_array_c(values, PPATCH_F64, 2, shape_k2); \
    change;                                                               \
    check_refused(__LINE__, context, plan, &array, first, second);        \
  } while (0)

static void check_arrays(ppatch_context *context, ppatch_patch_plan *plan) {
  double values[K + 1][2] = {{1, 2}};
  CHECK_INVALID(ppatch_patch_plan_set_positions(plan, NULL), "ppatch_patch_plan_set_positions",
                "positions", "NULL");
  REFUSED(array.data = NULL, "data", "NULL");
  REFUSED(array.dtype = 0, "dtype", "got 0");
  REFUSED(array.dtype = 99, "dtype", "got 99");
  REFUSED(array.dtype = PPATCH_U16, "F32 or F64 or I32 or I64", "got U16");
  REFUSED(array.dtype = PPATCH_C64, "F32 or F64 or I32 or I64", "got C64");
  REFUSED(array.ndim = 0, "ndim", "got 0");
  REFUSED(array.ndim = -1, "ndim", "got -1");
  REFUSED(array.ndim = 9, "ndim", "got 9");
  REFUSED(array.ndim = 1, "(K, 2)", "(6,)");
  REFUSED(array.shape[1] = 3, "(K, 2)", "(6, 3)");
  REFUSED(array.shape[0] = -1, "shape[0]", "got -1");
  REFUSED(array.shape[0] = K + 1, "6", "7");
  REFUSED(array.shape[0] = INT64_MAX, "expected", "9223372036854775807");
  REFUSED((array.shape[0] = INT64_MAX / 2, array.strides[0] = 0), "expected", "");
  REFUSED(array.strides[0] = INT64_MAX, "stride", "9223372036854775807");
  REFUSED(array.strides[1] = INT64_MIN, "stride", "-9223372036854775808");
  REFUSED(array.device_type = PPATCH_DEVICE_CUDA, "device_type", "got device type 2");
  REFUSED(array.device_type = 0, "device_type", "got device type 0");
  REFUSED(array.device_type = -4, "device_type", "got device type -4");
  /* (B, c, 2) with c other than the plan's group size, 1. */
  REFUSED((array.ndim = 3, array.shape[0] = 3, array.shape[1] = 2, array.shape[2] = 2,
           array.strides[0] = 4, array.strides[1] = 2, array.strides[2] = 1),
          "2)", "(3, 2, 2)");
}

static void check_values(ppatch_context *context, ppatch_patch_plan *plan) {
  const double bad[] = {NAN, INFINITY, -INFINITY, 1.0000001e9, -1e10, 1e300};
  size_t i;
  int k, axis;
  for (i = 0; i < sizeof bad / sizeof *bad; ++i) {
    for (k = 0; k < K; ++k) {
      for (axis = 0; axis < 2; ++axis) {
        char place[40];
        double values[K][2] = {{0}};
        float rounded[K][2] = {{0}};
        values[k][axis] = bad[i];
        rounded[k][axis] = (float)bad[i];
        snprintf(place, sizeof place, "positions[%d, %d]", k, axis);
        REFUSED(array.data = values, place, isnan(bad[i]) ? "nan" : "got");
        if (i == 3) continue; /* is within the bounds once rounded */
        REFUSED((array.data = rounded, array.dtype = PPATCH_F32), place, "got");
      }
    }
  }
}

static void check_groups(ppatch_context *context) {
  static const int64_t four[2] = {4, 2};
  static const int64_t wrong_groups[3] = {3, 2, 2};
  static const int64_t right_groups[3] = {2, 3, 2};
  double values[K][2] = {{1, 2}};
  ppatch_patch_plan *plan = make_plan(context, 3);
  ppatch_array array = ppatch_array_c(values, PPATCH_F64, 2, four);
  CHECK_INVALID(ppatch_patch_plan_set_positions(plan, &array), "ppatch_patch_plan_set_positions",
                "positions", "3", "4");
  array = ppatch_array_c(values, PPATCH_F64, 3, wrong_groups);
  CHECK_INVALID(ppatch_patch_plan_set_positions(plan, &array), "ppatch_patch_plan_set_positions",
                "positions", "3", "(3, 2, 2)");
  CHECK(holds_old_positions(plan));
  array = ppatch_array_c(old_positions, PPATCH_F64, 3, right_groups);
  CHECK_OK(ppatch_patch_plan_set_positions(plan, &array));
  CHECK(holds_old_positions(plan));
  ppatch_patch_plan_destroy(plan);
}

#define SPLIT_REFUSED(change, ...)                                              \
  do {                                                                          \
    int32_t whole_values[K][2] = {{1, 2}};                                      \
    double part_values[K][2] = {{0.5, 0.25}};                                   \
    ppatch_array whole = ppatch_array_c(whole_values, PPATCH_I32, 2, shape_k2); \
    ppatch_array part = ppatch_array_c(part_values, PPATCH_F64, 2, shape_k2);   \
    change;                                                                     \
    CHECK_INVALID(ppatch_patch_plan_set_positions_split(plan, &whole, &part),   \
                  "ppatch_patch_plan_set_positions_split", __VA_ARGS__);        \
    CHECK(holds_old_positions(plan));                                           \
  } while (0)

static void check_split(ppatch_patch_plan *plan) {
  int32_t values[K][2] = {{1, 2}};
  const ppatch_array array = ppatch_array_c(values, PPATCH_I32, 2, shape_k2);
  CHECK_INVALID(ppatch_patch_plan_set_positions_split(plan, NULL, &array),
                "ppatch_patch_plan_set_positions_split", "integer", "NULL");
  CHECK_INVALID(ppatch_patch_plan_set_positions_split(plan, &array, NULL),
                "ppatch_patch_plan_set_positions_split", "fraction", "NULL");
  CHECK_INVALID(ppatch_patch_plan_set_positions_split(NULL, &array, &array),
                "ppatch_patch_plan_set_positions_split", "plan", "NULL");
  SPLIT_REFUSED(whole.dtype = PPATCH_I64, "integer", "I32", "I64");
  SPLIT_REFUSED(whole.dtype = PPATCH_F32, "integer", "I32", "F32");
  SPLIT_REFUSED(part.dtype = PPATCH_I32, "fraction", "F32 or F64", "I32");
  SPLIT_REFUSED(whole.shape[0] = K - 1, "integer", "fraction", "5", "6");
  SPLIT_REFUSED(part.shape[0] = K - 1, "integer", "fraction", "5", "6");
  SPLIT_REFUSED(part.shape[1] = 1, "fraction", "(6, 1)");
  SPLIT_REFUSED(whole.shape[1] = 4, "integer", "(6, 4)");
  SPLIT_REFUSED((whole.shape[0] = K + 1, part.shape[0] = K + 1), "6", "7");
  SPLIT_REFUSED(whole.data = NULL, "integer", "data", "NULL");
  SPLIT_REFUSED(part.data = NULL, "fraction", "data", "NULL");
  SPLIT_REFUSED(whole.device_type = PPATCH_DEVICE_CUDA, "integer", "device");
  SPLIT_REFUSED(part.device_type = PPATCH_DEVICE_CUDA, "fraction", "device");
  SPLIT_REFUSED(whole.ndim = 0, "integer", "ndim", "got 0");
  SPLIT_REFUSED(part.ndim = 17, "fraction", "ndim", "got 17");
  SPLIT_REFUSED(part_values[4][1] = NAN, "fraction[4, 1]", "nan");
  SPLIT_REFUSED(part_values[5][0] = -INFINITY, "fraction[5, 0]", "inf");
  SPLIT_REFUSED(part_values[3][0] = 2e9, "[3, 0]", "expected");
  SPLIT_REFUSED(whole_values[2][0] = INT32_MAX, "[2, 0]", "expected");
  SPLIT_REFUSED(whole_values[1][1] = INT32_MIN, "[1, 1]", "expected");
}

#define INDEX_REFUSED(change, ...)                                                               \
  do {                                                                                           \
    int64_t values[K] = {0, 1, 0, 1, 0, 1};                                                      \
    const int64_t shape[1] = {K};                                                                \
    ppatch_array index = ppatch_array_c(values, PPATCH_I64, 1, shape);                           \
    change;                                                                                      \
    CHECK_INVALID(ppatch_patch_plan_set_image_index(plan, &index),                               \
                  "ppatch_patch_plan_set_image_index", "index", "expected", "got", __VA_ARGS__); \
  } while (0)

static void check_image_index(ppatch_patch_plan *plan) {
  CHECK_INVALID(ppatch_patch_plan_set_image_index(NULL, NULL), "ppatch_patch_plan_set_image_index",
                "plan", "NULL");
  INDEX_REFUSED(index.data = NULL, "data", "NULL");
  INDEX_REFUSED(index.dtype = PPATCH_F32, "I32 or I64", "F32");
  INDEX_REFUSED(index.dtype = -1, "dtype", "-1");
  INDEX_REFUSED(index.shape[0] = K - 1, "(6,)", "(5,)");
  INDEX_REFUSED((index.ndim = 2, index.shape[1] = 1), "(6,)", "(6, 1)");
  INDEX_REFUSED(index.ndim = 0, "ndim");
  INDEX_REFUSED(index.device_type = PPATCH_DEVICE_CUDA, "device");
  INDEX_REFUSED(values[3] = -1, "[3]", "-1");
  INDEX_REFUSED(values[5] = INT64_MIN, "[5]", "-9223372036854775808");
  CHECK_OK(ppatch_patch_plan_set_image_index(plan, NULL));
}

#define GET_REFUSED(change, ...)                                                                  \
  do {                                                                                            \
    ppatch_array out = ppatch_array_c(held, PPATCH_F64, 2, shape_k2);                             \
    change;                                                                                       \
    CHECK_INVALID(ppatch_patch_plan_get_positions(plan, &out), "ppatch_patch_plan_get_positions", \
                  "positions", "expected", "got", __VA_ARGS__);                                   \
    CHECK(same_bytes(held, poison, sizeof held));                                                 \
  } while (0)

static void check_get_positions(ppatch_patch_plan *plan) {
  double held[K][2], poison[K][2];
  const ppatch_array good = ppatch_array_c(held, PPATCH_F64, 2, shape_k2);
  memset(held, 0x5a, sizeof held);
  memset(poison, 0x5a, sizeof poison);
  CHECK_INVALID(ppatch_patch_plan_get_positions(NULL, &good), "ppatch_patch_plan_get_positions",
                "plan", "NULL");
  CHECK_INVALID(ppatch_patch_plan_get_positions(plan, NULL), "ppatch_patch_plan_get_positions",
                "positions", "NULL");
  GET_REFUSED(out.dtype = PPATCH_F32, "F64", "F32");
  GET_REFUSED(out.dtype = 12, "dtype", "12");
  GET_REFUSED(out.shape[0] = K - 1, "(6, 2)", "(5, 2)");
  GET_REFUSED(out.shape[1] = 1, "(6, 2)", "(6, 1)");
  GET_REFUSED(out.ndim = 1, "(6, 2)", "(6,)");
  GET_REFUSED(out.data = NULL, "data", "NULL");
  GET_REFUSED(out.device_type = PPATCH_DEVICE_CUDA, "device");
  GET_REFUSED(out.strides[0] = 0, "overlap");
  GET_REFUSED(out.strides[0] = 1, "overlap");
}

int main(void) {
  ppatch_context *context = make_cpu_context();
  ppatch_patch_plan *plan = make_plan(context, 1);
  const ppatch_array good = ppatch_array_c(old_positions, PPATCH_F64, 2, shape_k2);
  CHECK(holds_old_positions(plan));
  CHECK_INVALID(ppatch_patch_plan_set_positions(NULL, &good), "ppatch_patch_plan_set_positions",
                "plan", "NULL");
  check_arrays(context, plan);
  check_values(context, plan);
  check_groups(context);
  check_split(plan);
  check_image_index(plan);
  check_get_positions(plan);
  CHECK_INVALID(ppatch_patch_plan_set_stream(NULL, NULL), "ppatch_patch_plan_set_stream", "plan",
                "NULL");
  CHECK_INVALID(ppatch_patch_plan_set_stream(plan, context), "ppatch_patch_plan_set_stream",
                "stream", "expected");
  CHECK_OK(ppatch_patch_plan_set_stream(plan, NULL));
  ppatch_patch_plan_destroy(plan);
  ppatch_context_destroy(context);
  return report("positions_errors_test");
}
