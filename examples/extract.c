// SPDX-License-Identifier: Apache-2.0
#include <complex.h>
#include <stdio.h>

#include "ptychopatch/ptychopatch.h"

enum { H = 256, W = 256, N = 64, K = 3 };

static float complex object[H][W], patches[K][N][N];
static const double where[K][2] = {{10, 20}, {96.5, 64.25}, {150.75, 180.5}}; /* y, x */

int main(void) {
  /* A ramp: the value at (y, x) is x + iy, so that every patch tells where it lies. */
  for (int y = 0; y < H; ++y)
    for (int x = 0; x < W; ++x) object[y][x] = (float)x + (float)y * I;

  ppatch_array obj = ppatch_array_c(object, PPATCH_C64, 2, (int64_t[]){H, W});
  ppatch_array pos = ppatch_array_c(where, PPATCH_F64, 2, (int64_t[]){K, 2});
  ppatch_array out = ppatch_array_c(patches, PPATCH_C64, 3, (int64_t[]){K, N, N});
  ppatch_patch_options opt = PPATCH_PATCH_OPTIONS_INIT; /* zero means default */
  opt.patch_height = opt.patch_width = N;

  ppatch_context *ctx = NULL;
  ppatch_patch_plan *plan = NULL;
  ppatch_status st = ppatch_context_create(&ctx, NULL); /* runs where arrays lie */
  if (!st) st = ppatch_patch_plan_create(&plan, ctx, &pos, &opt);
  if (!st) st = ppatch_patch_extract(plan, &obj, &out);
  if (!st) st = ppatch_context_synchronize(ctx);
  if (st) fprintf(stderr, "%s: %s\n", ppatch_status_string(st), ppatch_last_error());
  ppatch_patch_plan_destroy(plan);
  ppatch_context_destroy(ctx);
  if (st) return 1;

  for (int k = 0; k < K; ++k) {
    float complex first = patches[k][0][0]; /* the default anchor is the patch's corner */
    printf("patch %d begins at y = %.2f, x = %.2f\n", k, cimagf(first), crealf(first));
  }
  return 0;
}
