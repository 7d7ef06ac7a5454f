// SPDX-License-Identifier: Apache-2.0
// The whole grouping step of a training set: groups of four neighbouring scan positions, their
// offsets and relative coordinates, and their patches, channel-last.
#include <complex.h>
#include <math.h>
#include <stdio.h>

#include "ptychopatch/ptychopatch.h"

enum { H = 256, W = 256, N = 64, SCAN = 400, S = 100, C = 4 };

static float complex object[H][W], patches[S][N][N][C];
static double scan[SCAN][2]; /* y, x of patch centres */
static int64_t groups[S][C];
static double offsets[S][2], relative[S][C][2], positions[S][C][2];

int main(void) {
  /* A ramp: the value at (y, x) is x + iy, so that every patch tells where it lies. */
  for (int y = 0; y < H; ++y)
    for (int x = 0; x < W; ++x) object[y][x] = (float)x + (float)y * I;
  /* A scan in rows, shaken a little. */
  for (int k = 0; k < SCAN; ++k) {
    const int row = k / 20, column = k % 20;
    scan[k][0] = 40 + 9 * row + 0.3 * sin(k);
    scan[k][1] = 40 + 9 * column + 0.3 * cos(2.0 * k);
  }
  ppatch_array points = ppatch_array_c(scan, PPATCH_F64, 2, (int64_t[]){SCAN, 2});
  ppatch_array members = ppatch_array_c(groups, PPATCH_I64, 2, (int64_t[]){S, C});
  ppatch_array means = ppatch_array_c(offsets, PPATCH_F64, 2, (int64_t[]){S, 2});
  ppatch_array from_means = ppatch_array_c(relative, PPATCH_F64, 3, (int64_t[]){S, C, 2});
  ppatch_group_options grouping = PPATCH_GROUP_OPTIONS_INIT;
  grouping.gridsize = 2;
  grouping.neighbours = 6;
  grouping.group_count = S;
  grouping.seed = 42;
  grouping.point_capacity = SCAN;

  ppatch_context *ctx = NULL;
  ppatch_group_plan *plan = NULL;
  ppatch_patch_plan *patch_plan = NULL;
  ppatch_status st = ppatch_context_create(&ctx, NULL);
  if (!st) st = ppatch_group_plan_create(&plan, ctx, &grouping);
  if (!st) st = ppatch_group_plan_borrow_points(plan, &points);
  if (!st) st = ppatch_group_plan_draw(plan, 0, &members, NULL, &means, &from_means);
  if (!st) st = ppatch_context_synchronize(ctx);
  for (int i = 0; i < S && !st; ++i)
    for (int j = 0; j < C; ++j)
      for (int axis = 0; axis < 2; ++axis) positions[i][j][axis] = scan[groups[i][j]][axis];

  ppatch_array obj = ppatch_array_c(object, PPATCH_C64, 2, (int64_t[]){H, W});
  ppatch_array pos = ppatch_array_c(positions, PPATCH_F64, 3, (int64_t[]){S, C, 2});
  ppatch_array out = ppatch_array_c(patches, PPATCH_C64, 4, (int64_t[]){S, N, N, C});
  ppatch_patch_options patch_options = PPATCH_PATCH_OPTIONS_INIT;
  patch_options.patch_height = patch_options.patch_width = N;
  patch_options.group_size = C;
  patch_options.anchor = PPATCH_ANCHOR_HALF;
  patch_options.layout = PPATCH_LAYOUT_CHANNEL_LAST;
  if (!st) st = ppatch_patch_plan_create(&patch_plan, ctx, &pos, &patch_options);
  if (!st) st = ppatch_patch_extract(patch_plan, &obj, &out);
  if (!st) st = ppatch_context_synchronize(ctx);
  if (st) fprintf(stderr, "%s: %s\n", ppatch_status_string(st), ppatch_last_error());
  ppatch_patch_plan_destroy(patch_plan);
  ppatch_group_plan_destroy(plan);
  ppatch_context_destroy(ctx);
  if (st) return 1;

  double farthest = 0, largest = 0;
  for (int i = 0; i < S; ++i) {
    for (int j = 0; j < C; ++j) {
      const double y = offsets[i][0] + relative[i][j][0], x = offsets[i][1] + relative[i][j][1];
      const float complex centre = patches[i][N / 2][N / 2][j];
      farthest = fmax(farthest, hypot(relative[i][j][0], relative[i][j][1]));
      largest = fmax(largest, hypot(cimagf(centre) - y, crealf(centre) - x));
    }
  }
  printf("%d groups of %d, members within %.0f px of their mean\n", S, C, ceil(farthest));
  printf("every patch is where its offset and relative coordinates say: %s\n",
         largest < 1e-4 ? "yes" : "no");
  return 0;
}
