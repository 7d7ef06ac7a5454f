// SPDX-License-Identifier: Apache-2.0
//
// The same for a C++17 program.
#include <cstdio>
#include <exception>
#include <vector>

#include "ptychopatch/ptychopatch.hpp"

int main() try {
  const std::vector<double> image{1, 2, 3, 4};
  const std::vector<double> position{0.5, 0.5};
  std::vector<double> patch{-1};
  const ptychopatch::Context context;
  ptychopatch::PatchPlan plan(context, ptychopatch::array(position.data(), {1, 2}),
                              ptychopatch::patch_options(1, 1));
  plan.extract(ptychopatch::array(image.data(), {2, 2}),
               ptychopatch::array(patch.data(), {1, 1, 1}));
  std::printf("ptychopatch %s: %g\n", ppatch_version_string(), patch[0]);
  return patch[0] == 2.5 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
