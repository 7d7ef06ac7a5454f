// SPDX-License-Identifier: Apache-2.0
//
// What a C program needs of an installation: the header, the library, one call that works.
#include <stdio.h>

#include "ptychopatch/ptychopatch.h"

int main(void) {
  const float image[2][2] = {{1, 2}, {3, 4}};
  const float position[1][2] = {{0.5f, 0.5f}};
  float patch[1][1][1] = {{{-1}}};
  const ppatch_array image_array = ppatch_array_c(image, PPATCH_F32, 2, (const int64_t[]){2, 2});
  const ppatch_array positions = ppatch_array_c(position, PPATCH_F32, 2, (const int64_t[]){1, 2});
  const ppatch_array patches = ppatch_array_c(patch, PPATCH_F32, 3, (const int64_t[]){1, 1, 1});
  ppatch_context *context = NULL;
  ppatch_patch_plan *plan = NULL;
  ppatch_patch_options options = PPATCH_PATCH_OPTIONS_INIT;
  ppatch_status status;
  options.patch_height = options.patch_width = 1;
  status = ppatch_context_create(&context, NULL);
  if (!status) status = ppatch_patch_plan_create(&plan, context, &positions, &options);
  if (!status) status = ppatch_patch_extract(plan, &image_array, &patches);
  if (status) fprintf(stderr, "%s\n", ppatch_last_error());
  ppatch_patch_plan_destroy(plan);
  ppatch_context_destroy(context);
  printf("ptychopatch %s: %g\n", ppatch_version_string(), (double)patch[0][0][0]);
  return status || patch[0][0][0] != 2.5f;
}
