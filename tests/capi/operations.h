// SPDX-License-Identifier: Apache-2.0
//
// The functions that run a patch plan, as one table: their arguments by name and role, and a small
// problem on which each of them succeeds.
#ifndef PTYCHOPATCH_TESTS_CAPI_OPERATIONS_H_
#define PTYCHOPATCH_TESTS_CAPI_OPERATIONS_H_

#include "check.h"

enum { H = 9, W = 11, PH = 3, PW = 5, K = 4, MODES = 2 };

enum { MAX_ARRAYS = 5, BUFFER_BYTES = 4096 };

typedef enum role {
  ROLE_IMAGE,
  ROLE_PATCHES,
  ROLE_REAL_IMAGE,
  ROLE_RESULT,
  ROLE_NORMAL,
  ROLE_PROBE,
  ROLE_WAVES
} role;

enum {
  NULL_IS_REFUSED = 0,
  NULL_IS_TAKEN = 1,
  NULL_CHANGES_OTHERS = 2 /* another call, whose other arguments are others */
};

typedef struct argument {
  const char *name;
  role what;
  int is_output;
  int may_be_null;
} argument;

typedef struct operation {
  const char *name;
  int count;
  argument arguments[MAX_ARRAYS];
  ppatch_status (*call)(ppatch_patch_plan *plan, const ppatch_array *const *arrays);
} operation;

static ppatch_status call_extract(ppatch_patch_plan *plan, const ppatch_array *const *a) {
  return ppatch_patch_extract(plan, a[0], a[1]);
}
static ppatch_status call_adjoint(ppatch_patch_plan *plan, const ppatch_array *const *a) {
  return ppatch_patch_adjoint(plan, a[0], a[1], a[2], PPATCH_ADJOINT_ACCUMULATE);
}
static ppatch_status call_assemble(ppatch_patch_plan *plan, const ppatch_array *const *a) {
  return ppatch_patch_assemble(plan, a[0], a[1], a[2], 1e-6);
}
static ppatch_status call_gradient(ppatch_patch_plan *plan, const ppatch_array *const *a) {
  return ppatch_patch_position_gradient(plan, a[0], a[1], a[2], a[3]);
}
static ppatch_status call_probe_extract(ppatch_patch_plan *plan, const ppatch_array *const *a) {
  return ppatch_patch_probe_extract(plan, a[0], a[1], a[2]);
}
static ppatch_status call_by_image(ppatch_patch_plan *plan, const ppatch_array *const *a) {
  return ppatch_patch_probe_adjoint_image(plan, a[0], a[1], a[2], a[3], PPATCH_ADJOINT_OVERWRITE);
}
static ppatch_status call_by_probe(ppatch_patch_plan *plan, const ppatch_array *const *a) {
  return ppatch_patch_probe_adjoint_probe(plan, a[0], a[1], a[2], PPATCH_ADJOINT_ACCUMULATE);
}

static ppatch_status call_normal(ppatch_patch_plan *plan, const ppatch_array *const *a) {
  return ppatch_patch_position_normal(plan, a[0], a[1], a[2], a[3], a[4]);
}
static ppatch_status call_plain_normal(ppatch_patch_plan *plan, const ppatch_array *const *a) {
  return ppatch_patch_position_normal(plan, a[0], NULL, a[1], a[2], a[3]);
}

static const operation operations[] = {
    {"ppatch_patch_extract",
     2,
     {{"image", ROLE_IMAGE, 0, 0}, {"patches", ROLE_PATCHES, 1, 0}},
     call_extract},
    {"ppatch_patch_adjoint",
     3,
     {{"patches", ROLE_PATCHES, 0, 0},
      {"image", ROLE_IMAGE, 1, 0},
      {"coverage", ROLE_REAL_IMAGE, 1, 1}},
     call_adjoint},
    {"ppatch_patch_assemble",
     3,
     {{"patches", ROLE_PATCHES, 0, 0},
      {"image", ROLE_IMAGE, 1, 0},
      {"coverage", ROLE_REAL_IMAGE, 1, 0}},
     call_assemble},
    {"ppatch_patch_position_gradient",
     4,
     {{"image", ROLE_IMAGE, 0, 0},
      {"cotangent", ROLE_PATCHES, 0, 0},
      {"gradient", ROLE_RESULT, 1, 0},
      {"curvature", ROLE_RESULT, 1, 1}},
     call_gradient},
    {"ppatch_patch_probe_extract",
     3,
     {{"image", ROLE_IMAGE, 0, 0}, {"probe", ROLE_PROBE, 0, 0}, {"waves", ROLE_WAVES, 1, 0}},
     call_probe_extract},
    {"ppatch_patch_probe_adjoint_image",
     4,
     {{"waves", ROLE_WAVES, 0, 0},
      {"probe", ROLE_PROBE, 0, 0},
      {"image", ROLE_IMAGE, 1, 0},
      {"coverage", ROLE_REAL_IMAGE, 1, 1}},
     call_by_image},
    {"ppatch_patch_probe_adjoint_probe",
     3,
     {{"image", ROLE_IMAGE, 0, 0}, {"waves", ROLE_WAVES, 0, 0}, {"probe", ROLE_PROBE, 1, 0}},
     call_by_probe},
    {"ppatch_patch_position_normal",
     5,
     {{"image", ROLE_IMAGE, 0, 0},
      {"probe", ROLE_PROBE, 0, NULL_CHANGES_OTHERS},
      {"cotangent", ROLE_WAVES, 0, 0},
      {"gradient", ROLE_RESULT, 1, 0},
      {"normal", ROLE_NORMAL, 1, 1}},
     call_normal},
    {"ppatch_patch_position_normal",
     4,
     {{"image", ROLE_IMAGE, 0, 0},
      {"cotangent", ROLE_PATCHES, 0, 0},
      {"gradient", ROLE_RESULT, 1, 0},
      {"normal", ROLE_NORMAL, 1, 1}},
     call_plain_normal},
};
enum { OPERATIONS = (int)(sizeof operations / sizeof *operations) };

static inline int is_real_role(role what) {
  return what == ROLE_REAL_IMAGE || what == ROLE_RESULT || what == ROLE_NORMAL;
}

/* A complex64 array of a role; float32 where the role is real. */
static inline ppatch_array array_of(role what, void *data) {
  switch (what) {
    case ROLE_PATCHES:
      return ppatch_array_c(data, PPATCH_C64, 3, (const int64_t[]){K, PH, PW});
    case ROLE_REAL_IMAGE:
      return ppatch_array_c(data, PPATCH_F32, 2, (const int64_t[]){H, W});
    case ROLE_RESULT:
      return ppatch_array_c(data, PPATCH_F32, 2, (const int64_t[]){K, 2});
    case ROLE_NORMAL:
      return ppatch_array_c(data, PPATCH_F32, 2, (const int64_t[]){K, 3});
    case ROLE_PROBE:
      return ppatch_array_c(data, PPATCH_C64, 3, (const int64_t[]){MODES, PH, PW});
    case ROLE_WAVES:
      return ppatch_array_c(data, PPATCH_C64, 4, (const int64_t[]){K, MODES, PH, PW});
    default:
      return ppatch_array_c(data, PPATCH_C64, 2, (const int64_t[]){H, W});
  }
}

static inline ppatch_patch_plan *make_small_plan_of(ppatch_context *context,
                                                    ppatch_subpixel subpixel) {
  static const double where[K][2] = {{0, 0}, {1.5, 2}, {3, 4.25}, {5, 6}};
  const ppatch_array positions = ppatch_array_c(where, PPATCH_F64, 2, (const int64_t[]){K, 2});
  ppatch_patch_plan *plan = NULL;
  ppatch_patch_options options = PPATCH_PATCH_OPTIONS_INIT;
  options.patch_height = PH;
  options.patch_width = PW;
  options.subpixel = subpixel;
  CHECK_OK(ppatch_patch_plan_create(&plan, context, &positions, &options));
  return plan;
}

static inline ppatch_patch_plan *make_small_plan(ppatch_context *context) {
  return make_small_plan_of(context, PPATCH_SUBPIXEL_OBJECT);
}

#endif
