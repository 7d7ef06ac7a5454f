// SPDX-License-Identifier: Apache-2.0
//
// Every argument of ppatch_scan_fit, spoilt; what is refused writes nothing.
#include <math.h>

#include "check.h"

enum { COUNT = 6 };

static double nominal_data[2 * COUNT], refined_data[2 * COUNT], information_data[3 * COUNT];
static double residual_data[2 * COUNT], before[2 * COUNT];

static ppatch_array table(double *data, int64_t columns) {
  const int64_t shape[2] = {COUNT, columns};
  return ppatch_array_c(data, PPATCH_F64, 2, shape);
}

static ppatch_array nominal, refined, information, residual;
static ppatch_scan_fit_options options;
static ppatch_scan_fit_info fit, fit_before;

static void reset(void) {
  int i;
  for (i = 0; i < 2 * COUNT; ++i) {
    nominal_data[i] = i % 2 ? i * i : 3.0 * i;
    refined_data[i] = nominal_data[i] + 1.0;
    residual_data[i] = before[i] = 77.0 + i;
  }
  for (i = 0; i < 3 * COUNT; ++i) information_data[i] = i % 3 == 1 ? 0.0 : 2.0;
  nominal = table(nominal_data, 2);
  refined = table(refined_data, 2);
  information = table(information_data, 3);
  residual = table(residual_data, 2);
  memset(&options, 0, sizeof options);
  options.struct_size = (uint32_t)sizeof options;
  memset(&fit, 0x5a, sizeof fit);
  fit.struct_size = (uint32_t)sizeof fit;
  fit_before = fit;
}

static ppatch_status call(void) {
  return ppatch_scan_fit(&nominal, &refined, &information, &options, &residual, &fit);
}

#define REFUSED(change, ...)                                                  \
  do {                                                                        \
    reset();                                                                  \
    change;                                                                   \
    fit_before = fit;                                                         \
    CHECK_INVALID(call(), "ppatch_scan_fit", "expected", "got", __VA_ARGS__); \
    CHECK(same_bytes(before, residual_data, sizeof before));                  \
    CHECK(same_bytes(&fit_before, &fit, sizeof fit));                         \
  } while (0)

int main(void) {
  const double no_numbers[] = {NAN, INFINITY, -INFINITY, 1.1e9, -1.1e9};
  size_t i;
  for (i = 0; i < sizeof no_numbers / sizeof *no_numbers; ++i) {
    REFUSED(nominal_data[3] = no_numbers[i], "nominal[1, 1]");
    REFUSED(refined_data[10] = no_numbers[i], "refined[5, 0]");
  }
  REFUSED(nominal.ndim = 1, "nominal", "(K, 2)");
  REFUSED(nominal.shape[1] = 3, "nominal", "(6, 3)");
  REFUSED(nominal.dtype = PPATCH_I32, "nominal", "I32");
  REFUSED(nominal.device_type = PPATCH_DEVICE_CUDA, "nominal", "device type 2");
  REFUSED(nominal.data = NULL, "nominal", "NULL");
  REFUSED(refined.shape[0] = COUNT - 1, "refined", "(5, 2)");
  REFUSED(refined.dtype = PPATCH_C64, "refined", "C64");
  REFUSED(information.shape[1] = 2, "information", "(6, 2)");
  REFUSED(information.dtype = PPATCH_U8, "information", "U8");
  REFUSED(information_data[4] = 2.1, "information[1]", "2.1");
  REFUSED(information_data[9] = -1.0, "information[3]", "-1");
  REFUSED(information_data[9] = NAN, "information[3]", "nan");
  REFUSED(residual.dtype = PPATCH_F32, "residual", "F32");
  REFUSED(residual.shape[0] = COUNT + 1, "residual", "(7, 2)");
  REFUSED(residual.strides[0] = 1, "residual", "overlap");
  REFUSED(residual.data = nominal_data, "residual", "nominal");
  REFUSED(options.axes = 2, "axes", "got 2");
  REFUSED(options.sigma = -1.0, "sigma", "-1");
  REFUSED(options.sigma = NAN, "sigma", "nan");
  REFUSED(options.struct_size = 2, "struct_size", "got 2");
  REFUSED(fit.struct_size = 1, "fit", "got 1");
  reset();
  CHECK_INVALID(ppatch_scan_fit(NULL, &refined, NULL, NULL, NULL, &fit), "nominal", "NULL");
  CHECK_INVALID(ppatch_scan_fit(&nominal, NULL, NULL, NULL, NULL, &fit), "refined", "NULL");
  CHECK_INVALID(ppatch_scan_fit(&nominal, &refined, NULL, NULL, NULL, NULL), "fit", "NULL");
  CHECK(same_bytes(&fit_before, &fit, sizeof fit));
  CHECK_OK(call());
  CHECK(fit.status == PPATCH_SCAN_FIT_STATUS_OK && fabs(fit.shift[0] - 1.0) < 1e-12);
  CHECK(fabs(residual_data[7]) < 1e-9);
  CHECK_OK(ppatch_scan_fit(&nominal, &refined, NULL, NULL, NULL, &fit));
  return report("scan_errors_test");
}
