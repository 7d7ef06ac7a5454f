// SPDX-License-Identifier: Apache-2.0
//
// Every array argument of every function that runs a plan, spoilt in every way; what is refused
// must leave every buffer as it was.
#include <math.h>
#include <stdlib.h>

#include "operations.h"

/* One buffer an argument, with numbers that are finite as float32 and as float64. */
static double buffers[MAX_ARRAYS][BUFFER_BYTES / sizeof(double)];
static double before[MAX_ARRAYS][BUFFER_BYTES / sizeof(double)];

static void fill_buffers(void) {
  float *values = (float *)buffers;
  size_t i;
  for (i = 0; i < sizeof buffers / sizeof *values; ++i) values[i] = (float)(rand() % 1000) + 1.0f;
  memcpy(before, buffers, sizeof before);
}

static ppatch_array good_array(const operation *op, int which) {
  return array_of(op->arguments[which].what, buffers[which]);
}

/* Calls op with one argument replaced and expects a refusal whose text holds the function's name
 * and the three texts. */
static void check_refused(int line, ppatch_patch_plan *plan, const operation *op, int which,
                          const ppatch_array *bad, const char *a, const char *b, const char *c) {
  const char *const texts[] = {op->name, a, b, c, NULL};
  ppatch_array arrays[MAX_ARRAYS];
  const ppatch_array *pointers[MAX_ARRAYS];
  int i;
  for (i = 0; i < op->count; ++i) {
    arrays[i] = good_array(op, i);
    pointers[i] = i == which ? bad : &arrays[i];
  }
  fill_buffers();
  forget_last_error();
  check_error(line, op->call(plan, pointers), PPATCH_ERROR_INVALID_ARGUMENT,
              op->arguments[which].name, texts);
  if (!same_bytes(before, buffers, sizeof before)) {
    ++failures;
    fprintf(stderr, "line %d: %s wrote to an output although it refused %s\n", line, op->name,
            op->arguments[which].name);
  }
}

/* The argument's own name, what was expected and what came are in the text. */
#define REFUSED(change, got)                                               \
  do {                                                                     \
    ppatch_array bad = good_array(op, which);                              \
    change;                                                                \
    check_refused(__LINE__, plan, op, which, &bad, name, "expected", got); \
  } while (0)

/* The text may blame another argument that this one no longer agrees with. */
#define REFUSED_PAIR(change, first, second)                                    \
  do {                                                                         \
    ppatch_array bad = good_array(op, which);                                  \
    change;                                                                    \
    check_refused(__LINE__, plan, op, which, &bad, "expected", first, second); \
  } while (0)

static void check_description(ppatch_patch_plan *plan, const operation *op, int which) {
  const char *name = op->arguments[which].name;
  const role what = op->arguments[which].what;
  const int is_real = is_real_role(what);
  REFUSED(bad.data = NULL, "NULL");
  REFUSED(bad.dtype = 0, "got 0");
  REFUSED(bad.dtype = 99, "got 99");
  REFUSED(bad.dtype = -1, "got -1");
  REFUSED(bad.dtype = PPATCH_I32, "got I32");
  REFUSED(bad.dtype = PPATCH_I64, "got I64");
  if (is_real) {
    REFUSED_PAIR(bad.dtype = PPATCH_C64, "F32", "C64");
    if (what != ROLE_WEIGHTS) REFUSED_PAIR(bad.dtype = PPATCH_F64, "F32", "F64");
  } else {
    REFUSED_PAIR(bad.dtype = PPATCH_F32, "C64", "F32");
    REFUSED_PAIR(bad.dtype = PPATCH_C128, "C64", "C128");
  }
  REFUSED(bad.ndim = 0, "got 0");
  REFUSED(bad.ndim = -1, "got -1");
  REFUSED(bad.ndim = PPATCH_MAX_NDIM + 1, "got 9");
  REFUSED(bad.ndim = INT32_MAX, "got 2147483647");
  if (what == ROLE_WEIGHTS) {
    REFUSED((bad.ndim = 2, bad.shape[1] = 1, bad.strides[1] = 1), "got");
  } else {
    REFUSED(bad.ndim = 1, "got");
  }
  REFUSED((bad.ndim = 7, bad.shape[4] = bad.shape[5] = bad.shape[6] = 1, bad.shape[3] = 1,
           bad.shape[2] = 1),
          "got");
  REFUSED(bad.shape[0] = -1, "got -1");
  REFUSED(bad.shape[bad.ndim - 1] = INT64_MIN, "got -9223372036854775808");
  REFUSED((bad.shape[0] = INT64_MAX, bad.shape[bad.ndim - 1] = INT64_MAX), "9223372036854775807");
  if (what != ROLE_WEIGHTS) {
    REFUSED((bad.shape[0] = bad.shape[1] = (int64_t)1 << 32, bad.strides[0] = bad.strides[1] = 0),
            "4294967296");
  }
  REFUSED(bad.strides[0] = INT64_MAX, "9223372036854775807");
  REFUSED(bad.strides[0] = INT64_MIN, "-9223372036854775808");
  REFUSED(bad.strides[bad.ndim - 1] = INT64_MIN, "-9223372036854775808");
  REFUSED(bad.strides[0] = INT64_MAX / 16, "576460752303423487");
  REFUSED((bad.device_type = PPATCH_DEVICE_CUDA, bad.device_id = 0), "got device type 2");
  REFUSED(bad.device_type = 0, "got device type 0");
  REFUSED(bad.device_type = 77, "got device type 77");
}

/* Shapes other than the one that the plan and the other arguments ask for. */
static void check_shape(ppatch_patch_plan *plan, const operation *op, int which) {
  const char *name = op->arguments[which].name;
  switch (op->arguments[which].what) {
    case ROLE_IMAGE: /* may have any size, but one more axis asks for larger patches */
      REFUSED_PAIR((bad.ndim = 3, bad.shape[0] = 2, bad.shape[1] = 4, bad.shape[2] = 11,
                    bad.strides[0] = 44, bad.strides[1] = 11, bad.strides[2] = 1),
                   "(2, 4, ", "got");
      REFUSED((bad.ndim = 4, bad.shape[2] = bad.shape[3] = 1), "got");
      break;
    case ROLE_PATCHES:
      REFUSED(bad.shape[0] = K - 1, "(3, 3, 5)");
      REFUSED(bad.shape[0] = 0, "(0, 3, 5)");
      REFUSED(bad.shape[1] = PH - 1, "(4, 2, 5)");
      REFUSED(bad.shape[2] = PW + 1, "(4, 3, 6)");
      REFUSED(bad.ndim = 2, "(4, 3)");
      break;
    case ROLE_REAL_IMAGE:
      REFUSED_PAIR(bad.shape[0] = H - 1, "(8, 11)", "(9, 11)");
      REFUSED_PAIR(bad.shape[1] = W - 1, "(9, 10)", "(9, 11)");
      REFUSED(bad.ndim = 3, "(9, 11)");
      break;
    case ROLE_RESULT:
      REFUSED(bad.shape[0] = K - 1, "(3, 2)");
      REFUSED(bad.shape[1] = 1, "(4, 1)");
      REFUSED(bad.ndim = 1, "(4,)");
      break;
    case ROLE_NORMAL:
      REFUSED(bad.shape[0] = K - 1, "(3, 3)");
      REFUSED(bad.shape[1] = 2, "(4, 2)");
      REFUSED(bad.ndim = 1, "(4,)");
      break;
    case ROLE_WEIGHTS:
      REFUSED(bad.shape[0] = K - 1, "(3,)");
      REFUSED(bad.shape[0] = K + 1, "(5,)");
      REFUSED((bad.ndim = 2, bad.shape[1] = 2, bad.strides[1] = 1), "(4, 2)");
      break;
    case ROLE_PROBE:
      REFUSED_PAIR(bad.shape[0] = MODES - 1, "(4, 1, 3, 5)", "(4, 2, 3, 5)");
      REFUSED(bad.shape[1] = PH + 1, "(2, 4, 5)");
      REFUSED(bad.shape[2] = PW - 1, "(2, 3, 4)");
      REFUSED(bad.ndim = 2, "(2, 3)");
      /* One mode, so waves without an axis of modes. */
      REFUSED_PAIR((bad.ndim = 2, bad.shape[0] = PH, bad.shape[1] = PW, bad.strides[0] = PW,
                    bad.strides[1] = 1),
                   "(4, 3, 5)", "(4, 2, 3, 5)");
      REFUSED((bad.ndim = 4, bad.shape[0] = K - 1, bad.shape[1] = MODES, bad.shape[2] = PH,
               bad.shape[3] = PW, bad.strides[0] = MODES * PH * PW, bad.strides[1] = PH * PW,
               bad.strides[2] = PW, bad.strides[3] = 1),
              "(3, 2, 3, 5)");
      break;
    case ROLE_WAVES:
      REFUSED(bad.shape[0] = K - 1, "(3, 2, 3, 5)");
      REFUSED_PAIR(bad.shape[1] = MODES - 1, "(4, 1, 3, 5)", "(4, 2, 3, 5)");
      REFUSED(bad.shape[2] = PH - 1, "(4, 2, 2, 5)");
      REFUSED(bad.shape[3] = PW - 1, "(4, 2, 3, 4)");
      REFUSED(bad.ndim = 3, "(4, 2, 3)");
      break;
  }
}

static void check_overlap(ppatch_patch_plan *plan, const operation *op, int which) {
  const char *name = op->arguments[which].name;
  const int last = good_array(op, which).ndim - 1;
  int other;
  REFUSED(bad.strides[last] = 0, "overlap");
  REFUSED(bad.strides[0] = 0, "overlap");
  REFUSED(bad.strides[0] = 1, "overlap");
  REFUSED(bad.strides[last] = bad.strides[0], "overlap");
  REFUSED(bad.strides[0] = -bad.strides[last], "overlap");
  for (other = 0; other < op->count; ++other) {
    const char *other_name = op->arguments[other].name;
    if (other == which) continue;
    REFUSED_PAIR(bad.data = buffers[other], name, other_name);
    REFUSED_PAIR(bad.data = (char *)buffers[other] + 8, name, other_name);
    /* Backwards from the last element into the first bytes of the other one. */
    REFUSED_PAIR((bad.data = (char *)buffers[other] + 32, bad.strides[last] = -bad.strides[last]),
                 name, other_name);
  }
}

static void check_arguments(ppatch_patch_plan *plan) {
  int o, which;
  for (o = 0; o < OPERATIONS; ++o) {
    const operation *op = &operations[o];
    for (which = 0; which < op->count; ++which) {
      if (!op->arguments[which].may_be_null) {
        check_refused(__LINE__, plan, op, which, NULL, op->arguments[which].name, "expected",
                      "got NULL");
      }
      check_description(plan, op, which);
      check_shape(plan, op, which);
      if (op->arguments[which].is_output) check_overlap(plan, op, which);
    }
  }
}

/* What must be taken: each operation as it stands, without its optional arguments, and without a
 * plan not at all. */
static void check_plain_calls(ppatch_patch_plan *plan) {
  int o, i;
  for (o = 0; o < OPERATIONS; ++o) {
    const operation *op = &operations[o];
    ppatch_array arrays[MAX_ARRAYS];
    const ppatch_array *pointers[MAX_ARRAYS];
    for (i = 0; i < op->count; ++i) {
      arrays[i] = good_array(op, i);
      pointers[i] = &arrays[i];
    }
    fill_buffers();
    CHECK_INVALID(op->call(NULL, pointers), op->name, "plan", "expected", "got NULL");
    CHECK(same_bytes(before, buffers, sizeof before));
    CHECK_OK(op->call(plan, pointers));
    for (i = 0; i < op->count; ++i) {
      const int changed = !same_bytes(before[i], buffers[i], sizeof before[i]);
      CHECK(changed == op->arguments[i].is_output);
      if (op->arguments[i].may_be_null == NULL_IS_TAKEN) pointers[i] = NULL;
    }
    CHECK_OK(op->call(plan, pointers));
  }
}

#define FLAGS_REFUSED(call, function, value)                   \
  do {                                                         \
    fill_buffers();                                            \
    CHECK_INVALID(call, function, "flags", "expected", value); \
    CHECK(same_bytes(before, buffers, sizeof before));         \
  } while (0)

static void check_scalars(ppatch_patch_plan *plan) {
  const ppatch_array patches = array_of(ROLE_PATCHES, buffers[0]);
  const ppatch_array image = array_of(ROLE_IMAGE, buffers[1]);
  const ppatch_array coverage = array_of(ROLE_REAL_IMAGE, buffers[2]);
  const ppatch_array probe = array_of(ROLE_PROBE, buffers[3]);
  const ppatch_array waves = array_of(ROLE_WAVES, buffers[0]);
  const double bad_eps[] = {0.0, -1e-3, NAN, -INFINITY};
  size_t i;
  FLAGS_REFUSED(ppatch_patch_adjoint(plan, &patches, &image, &coverage, 2), "ppatch_patch_adjoint",
                "got 2");
  FLAGS_REFUSED(ppatch_patch_adjoint(plan, &patches, &image, NULL, 0x80000001u),
                "ppatch_patch_adjoint", "got 2147483649");
  FLAGS_REFUSED(ppatch_patch_probe_adjoint_image(plan, &waves, &probe, &image, NULL, 4),
                "ppatch_patch_probe_adjoint_image", "got 4");
  FLAGS_REFUSED(ppatch_patch_probe_adjoint_probe(plan, &image, &waves, &probe, 3),
                "ppatch_patch_probe_adjoint_probe", "got 3");
  for (i = 0; i < sizeof bad_eps / sizeof *bad_eps; ++i) {
    fill_buffers();
    CHECK_INVALID(ppatch_patch_assemble(plan, &patches, &image, &coverage, bad_eps[i]),
                  "ppatch_patch_assemble", "eps", "expected", "got");
    CHECK(same_bytes(before, buffers, sizeof before));
  }
}

/* Options of least squares, and weights that are none. */
static void check_solve(ppatch_patch_plan *plan) {
  const ppatch_array patches = array_of(ROLE_PATCHES, buffers[0]);
  const ppatch_array image = array_of(ROLE_IMAGE, buffers[1]);
  const ppatch_array weights = array_of(ROLE_WEIGHTS, buffers[2]);
  const double bad_numbers[] = {-1e-3, NAN, INFINITY, -INFINITY};
  const char *name = "ppatch_patch_solve";
  ppatch_patch_solve_options options = PPATCH_PATCH_SOLVE_OPTIONS_INIT;
  ppatch_patch_solve_info info = PPATCH_PATCH_SOLVE_INFO_INIT;
  uint64_t bytes = 77;
  size_t i;
  fill_buffers();
#define SOLVE_REFUSED(change, ...)                                                               \
  do {                                                                                           \
    ppatch_patch_solve_options was = options;                                                    \
    change;                                                                                      \
    CHECK_INVALID(ppatch_patch_solve(plan, &patches, NULL, &image, NULL, &options, &info), name, \
                  __VA_ARGS__, "expected", "got");                                               \
    CHECK(same_bytes(before, buffers, sizeof before));                                           \
    options = was;                                                                               \
  } while (0)
  SOLVE_REFUSED(options.max_iterations = -1, "max_iterations");
  SOLVE_REFUSED(options.tolerance = 1.0, "tolerance");
  SOLVE_REFUSED(options.struct_size = 3, "struct_size");
  for (i = 0; i < sizeof bad_numbers / sizeof *bad_numbers; ++i) {
    SOLVE_REFUSED(options.tolerance = bad_numbers[i], "tolerance");
    SOLVE_REFUSED(options.lambda = bad_numbers[i], "lambda");
    ((float *)buffers[2])[3] = (float)bad_numbers[i];
    memcpy(before, buffers, sizeof before);
    CHECK_INVALID(ppatch_patch_solve(plan, &patches, &weights, &image, NULL, NULL, NULL), name,
                  "weights[3]", "expected", "got");
    CHECK(same_bytes(before, buffers, sizeof before));
    fill_buffers();
  }
#undef SOLVE_REFUSED
  info.struct_size = 3;
  CHECK_INVALID(ppatch_patch_solve(plan, &patches, NULL, &image, NULL, NULL, &info), name, "info",
                "expected", "got 3");
  CHECK(same_bytes(before, buffers, sizeof before));
  CHECK_INVALID(ppatch_patch_solve_bytes(plan, &image, NULL), "ppatch_patch_solve_bytes", "bytes",
                "expected", "NULL");
  CHECK_INVALID(ppatch_patch_solve_bytes(NULL, &image, &bytes), "ppatch_patch_solve_bytes", "plan",
                "expected", "NULL");
  CHECK_INVALID(ppatch_patch_solve_bytes(plan, NULL, &bytes), "ppatch_patch_solve_bytes", "image",
                "expected", "NULL");
  CHECK_INVALID(ppatch_patch_solve_bytes(plan, &weights, &bytes), "ppatch_patch_solve_bytes",
                "image", "expected", "got");
  CHECK(bytes == 77);
  CHECK_OK(ppatch_patch_solve_bytes(plan, &image, &bytes));
  CHECK(bytes > H * W * 8);
  info.struct_size = sizeof info;
  CHECK_OK(ppatch_patch_solve(plan, &patches, NULL, &image, NULL, &options, &info));
  CHECK(info.iterations >= 1 && info.iterations <= 100 && info.residual >= 0.0);
}

/* An image index that names an image which is not there. */
static void check_image_index(ppatch_context *context) {
  ppatch_patch_plan *plan = make_small_plan(context);
  const int32_t values[K] = {0, 2, 1, 0};
  const ppatch_array index = ppatch_array_c(values, PPATCH_I32, 1, (const int64_t[]){K});
  const ppatch_array patches = array_of(ROLE_PATCHES, buffers[0]);
  const ppatch_array plain = array_of(ROLE_IMAGE, buffers[1]);
  const ppatch_array two = ppatch_array_c(buffers[1], PPATCH_C64, 3, (const int64_t[]){2, 4, 5});
  const ppatch_array three = ppatch_array_c(buffers[1], PPATCH_C64, 3, (const int64_t[]){3, 4, 5});
  CHECK_OK(ppatch_patch_plan_set_image_index(plan, &index));
  fill_buffers();
  CHECK_INVALID(ppatch_patch_extract(plan, &two, &patches), "ppatch_patch_extract", "image",
                "expected", "3", "got 2");
  CHECK_INVALID(ppatch_patch_extract(plan, &plain, &patches), "ppatch_patch_extract", "image",
                "expected", "3", "got 1");
  CHECK_INVALID(ppatch_patch_adjoint(plan, &patches, &two, NULL, PPATCH_ADJOINT_OVERWRITE),
                "ppatch_patch_adjoint", "image", "expected", "3", "got 2");
  CHECK(same_bytes(before, buffers, sizeof before));
  CHECK_OK(ppatch_patch_extract(plan, &three, &patches));
  ppatch_patch_plan_destroy(plan);
}

int main(void) {
  ppatch_context *context = make_cpu_context();
  const ppatch_subpixel models[] = {PPATCH_SUBPIXEL_OBJECT, PPATCH_SUBPIXEL_PROBE};
  int i;
  for (i = 0; i < 2; ++i) {
    ppatch_patch_plan *plan = make_small_plan_of(context, models[i]);
    check_plain_calls(plan);
    check_arguments(plan);
    check_scalars(plan);
    /* Whole pixels are put back at once. */
    if (models[i] == PPATCH_SUBPIXEL_OBJECT) check_solve(plan);
    check_plain_calls(plan);
    ppatch_patch_plan_destroy(plan);
  }
  check_image_index(context);
  ppatch_context_destroy(context);
  return report("operations_errors_test");
}
