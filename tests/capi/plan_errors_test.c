// SPDX-License-Identifier: Apache-2.0
//
// Every argument of the functions that make and describe a patch plan, and every option.
#include <math.h>
#include <stdlib.h>

#include "check.h"

static const double good_positions[4][2] = {{0, 0}, {1.5, 2}, {3, 4.25}, {5, 6}};

static ppatch_array four_positions(void) {
  static const int64_t shape[2] = {4, 2};
  return ppatch_array_c(good_positions, PPATCH_F64, 2, shape);
}

static ppatch_patch_options good_options(void) {
  ppatch_patch_options options = PPATCH_PATCH_OPTIONS_INIT;
  options.patch_height = 3;
  options.patch_width = 5;
  return options;
}

/* Options that create and bytes must both refuse, naming the member, what was expected and what
 * came. */
static void check_refused(int line, ppatch_context *context, const ppatch_patch_options *options,
                          const char *member, const char *value) {
  const char *const create_texts[] = {"ppatch_patch_plan_create", member, "expected", value, NULL};
  const char *const bytes_texts[] = {"ppatch_patch_plan_bytes", member, "expected", value, NULL};
  const ppatch_array positions = four_positions();
  ppatch_patch_plan *plan = (ppatch_patch_plan *)&failures;
  uint64_t bytes = 0x5a5a5a5a;
  forget_last_error();
  check_error(line, ppatch_patch_plan_create(&plan, context, &positions, options),
              PPATCH_ERROR_INVALID_ARGUMENT, "create", create_texts);
  CHECK(plan == NULL);
  forget_last_error();
  check_error(line, ppatch_patch_plan_bytes(context, 4, options, &bytes),
              PPATCH_ERROR_INVALID_ARGUMENT, "bytes", bytes_texts);
  CHECK(bytes == 0x5a5a5a5a);
}

#define REFUSED(member, value, text)                           \
  do {                                                         \
    ppatch_patch_options options = good_options();             \
    options.member = (value);                                  \
    check_refused(__LINE__, context, &options, #member, text); \
  } while (0)

static void check_options(ppatch_context *context) {
  REFUSED(interpolation, 4, "got 4");
  REFUSED(interpolation, -1, "got -1");
  REFUSED(boundary, 5, "got 5");
  REFUSED(boundary, -2, "got -2");
  REFUSED(anchor, 3, "got 3");
  REFUSED(anchor, INT32_MIN, "got -2147483648");
  REFUSED(axes, 2, "got 2");
  REFUSED(axes, -1, "got -1");
  REFUSED(sign, 2, "got 2");
  REFUSED(sign, -1, "got -1");
  REFUSED(layout, 3, "got 3");
  REFUSED(layout, -1, "got -1");
  REFUSED(algorithm, 3, "got 3");
  REFUSED(algorithm, INT32_MAX, "got 2147483647");
  REFUSED(local_offsets, 2, "got 2");
  REFUSED(local_offsets, -1, "got -1");
  REFUSED(patch_height, 0, "got 0");
  REFUSED(patch_height, -3, "got -3");
  REFUSED(patch_height, INT64_MAX, "got 9223372036854775807");
  REFUSED(patch_width, 0, "got 0");
  REFUSED(patch_width, INT64_MIN, "got -9223372036854775808");
  REFUSED(group_size, -1, "got -1");
  REFUSED(group_size, INT64_MAX, "got 9223372036854775807");
  REFUSED(reserved, 1, "got 1");
  REFUSED(subpixel, 2, "got 2");
  REFUSED(subpixel, -1, "got -1");
  REFUSED(reserved_tail, 1, "got 1");
  REFUSED(jitter_sigma, -0.5, "got -0.5");
  REFUSED(jitter_sigma, NAN, "nan");
  REFUSED(jitter_sigma, INFINITY, "inf");
  REFUSED(position_capacity, -1, "got -1");
  REFUSED(struct_size, 0, "got 0");
  REFUSED(struct_size, 3, "got 3");
}

typedef struct longer_patch_options {
  ppatch_patch_options known;
  unsigned char tail[16];
} longer_patch_options;

static void check_option_sizes(ppatch_context *context) {
  const ppatch_array positions = four_positions();
  ppatch_patch_plan *plan = NULL;
  size_t i;

  /* Up to patch_width: all else is zero, whatever lies behind. */
  ppatch_patch_options shorter;
  memset(&shorter, 0xa5, sizeof shorter);
  shorter.struct_size = 24;
  shorter.interpolation = PPATCH_INTERPOLATION_BILINEAR;
  shorter.patch_height = 3;
  shorter.patch_width = 5;
  CHECK_OK(ppatch_patch_plan_create(&plan, context, &positions, &shorter));
  ppatch_patch_plan_destroy(plan);

  /* Shorter than what is required: the member reads as zero. */
  shorter.struct_size = 8;
  check_refused(__LINE__, context, &shorter, "patch_height", "got 0");
  shorter.struct_size = 16;
  check_refused(__LINE__, context, &shorter, "patch_width", "got 0");

  longer_patch_options longer;
  memset(&longer, 0, sizeof longer);
  longer.known = good_options();
  longer.known.struct_size = (uint32_t)sizeof longer;
  CHECK_OK(ppatch_patch_plan_create(&plan, context, &positions, &longer.known));
  ppatch_patch_plan_destroy(plan);
  for (i = 0; i < sizeof longer.tail; ++i) {
    longer.tail[i] = 0x80;
    CHECK_INVALID(ppatch_patch_plan_create(&plan, context, &positions, &longer.known),
                  "ppatch_patch_plan_create", "struct_size", "128", "112");
    longer.tail[i] = 0;
  }
}

static void check_algorithm_variable(ppatch_context *context) {
  const ppatch_array positions = four_positions();
  ppatch_patch_options options = good_options();
  ppatch_patch_plan *plan = (ppatch_patch_plan *)&failures;
  setenv("PPATCH_ALGORITHM", "fastest", 1);
  CHECK_INVALID(ppatch_patch_plan_create(&plan, context, &positions, &options),
                "ppatch_patch_plan_create", "PPATCH_ALGORITHM", "batched or iterative", "fastest");
  CHECK(plan == NULL);
  /* An option that says which one leaves the variable unread. */
  options.algorithm = PPATCH_ALGORITHM_BATCHED;
  CHECK_OK(ppatch_patch_plan_create(&plan, context, &positions, &options));
  ppatch_patch_plan_destroy(plan);
  unsetenv("PPATCH_ALGORITHM");
}

static void check_bytes(ppatch_context *context) {
  const ppatch_patch_options options = good_options();
  uint64_t bytes = 77;
  CHECK_INVALID(ppatch_patch_plan_bytes(NULL, 4, &options, &bytes), "ppatch_patch_plan_bytes",
                "context", "NULL");
  CHECK_INVALID(ppatch_patch_plan_bytes(context, -1, &options, &bytes), "ppatch_patch_plan_bytes",
                "position_count", "-1");
  CHECK_INVALID(ppatch_patch_plan_bytes(context, 4, NULL, &bytes), "ppatch_patch_plan_bytes",
                "options", "NULL");
  CHECK(bytes == 77);
  CHECK_INVALID(ppatch_patch_plan_bytes(context, 4, &options, NULL), "ppatch_patch_plan_bytes",
                "bytes", "NULL");
  CHECK_OK(ppatch_patch_plan_bytes(context, 4, &options, &bytes));
  CHECK(bytes != 77);
}

/* Sizes at which a product of the sizes no longer fits 64 bits: refused, never wrapped around. */
static void check_absurd_sizes(ppatch_context *context) {
  ppatch_patch_options options = good_options();
  ppatch_patch_plan *plan = (ppatch_patch_plan *)&failures;
  const int64_t counts[] = {INT64_MAX, INT64_MAX / 2, INT64_MAX / 16, (int64_t)1 << 48};
  size_t i;
  for (i = 0; i < sizeof counts / sizeof *counts; ++i) {
    uint64_t bytes = 77;
    ppatch_status status = ppatch_patch_plan_bytes(context, counts[i], &options, &bytes);
    CHECK(status == PPATCH_ERROR_OUT_OF_MEMORY || status == PPATCH_ERROR_INVALID_ARGUMENT);
    CHECK(strstr(ppatch_last_error(), "ppatch_patch_plan_bytes"));
    options.position_capacity = counts[i];
    status = ppatch_patch_plan_create(&plan, context, NULL, &options);
    CHECK(status == PPATCH_ERROR_OUT_OF_MEMORY || status == PPATCH_ERROR_INVALID_ARGUMENT);
    CHECK(plan == NULL && strstr(ppatch_last_error(), "ppatch_patch_plan_create"));
    options.position_capacity = 0;
  }
}

static void check_create(ppatch_context *context) {
  const ppatch_array positions = four_positions();
  ppatch_patch_options options = good_options();
  ppatch_patch_plan *plan = (ppatch_patch_plan *)&failures;
  CHECK_INVALID(ppatch_patch_plan_create(NULL, context, &positions, &options),
                "ppatch_patch_plan_create", "plan", "NULL");
  CHECK_INVALID(ppatch_patch_plan_create(&plan, NULL, &positions, &options),
                "ppatch_patch_plan_create", "context", "NULL");
  CHECK(plan == NULL);
  plan = (ppatch_patch_plan *)&failures;
  CHECK_INVALID(ppatch_patch_plan_create(&plan, context, &positions, NULL),
                "ppatch_patch_plan_create", "options", "NULL");
  CHECK(plan == NULL);
  /* Without positions the capacity is required. */
  plan = (ppatch_patch_plan *)&failures;
  CHECK_INVALID(ppatch_patch_plan_create(&plan, context, NULL, &options),
                "ppatch_patch_plan_create", "position_capacity", "expected", "got NULL and 0");
  CHECK(plan == NULL);
  options.position_capacity = 3;
  CHECK_INVALID(ppatch_patch_plan_create(&plan, context, &positions, &options),
                "ppatch_patch_plan_create", "positions", "3", "4");
  options.position_capacity = 0;
  options.group_size = 3;
  CHECK_INVALID(ppatch_patch_plan_create(&plan, context, &positions, &options),
                "ppatch_patch_plan_create", "positions", "3", "4");
}

typedef struct longer_plan_info {
  ppatch_patch_plan_info known;
  unsigned char tail[16];
} longer_plan_info;

static void check_plan_info(ppatch_context *context) {
  const ppatch_array positions = four_positions();
  ppatch_patch_options options = good_options();
  ppatch_patch_plan *plan = NULL;
  ppatch_patch_plan_info info = PPATCH_PATCH_PLAN_INFO_INIT;
  longer_plan_info longer;
  size_t i;
  options.position_capacity = 9;
  CHECK_OK(ppatch_patch_plan_create(&plan, context, &positions, &options));
  CHECK_OK(ppatch_patch_plan_get_info(plan, &info));
  CHECK(info.struct_size == sizeof info && info.algorithm == PPATCH_ALGORITHM_BATCHED);
  CHECK(info.position_count == 4 && info.position_capacity == 9 && info.bytes > 0);
  CHECK_INVALID(ppatch_patch_plan_get_info(plan, NULL), "ppatch_patch_plan_get_info", "info",
                "NULL");
  CHECK_INVALID(ppatch_patch_plan_get_info(NULL, &info), "ppatch_patch_plan_get_info", "plan",
                "NULL");
  info.struct_size = 2;
  CHECK_INVALID(ppatch_patch_plan_get_info(plan, &info), "ppatch_patch_plan_get_info",
                "struct_size", "got 2");
  CHECK(info.position_count == 4);
  memset(&info, 0x5a, sizeof info);
  info.struct_size = 16;
  CHECK_OK(ppatch_patch_plan_get_info(plan, &info));
  CHECK(info.position_count == 4 && info.struct_size == 16);
  for (i = 16; i < sizeof info; ++i) CHECK(((unsigned char *)&info)[i] == 0x5a);
  memset(&longer, 0, sizeof longer);
  longer.known.struct_size = (uint32_t)sizeof longer;
  CHECK_OK(ppatch_patch_plan_get_info(plan, &longer.known));
  CHECK(longer.known.position_capacity == 9);
  ppatch_patch_plan_destroy(plan);
}

int main(void) {
  ppatch_context *context = make_cpu_context();
  check_options(context);
  check_option_sizes(context);
  check_algorithm_variable(context);
  check_bytes(context);
  check_absurd_sizes(context);
  check_create(context);
  check_plan_info(context);
  ppatch_patch_plan_destroy(NULL);
  ppatch_context_destroy(context);
  return report("plan_errors_test");
}
