// SPDX-License-Identifier: Apache-2.0
#include "patches/support/ptychopinn.hpp"

#include <gtest/gtest.h>

#include "oracle/seed.hpp"

namespace {

TEST(PtychoPinn, GetImagePatches) {
  Random random = test_random("get_image_patches");
  for (std::int64_t n : {32, 64, 128}) {
    for (std::int64_t gridsize : {1, 2, 3}) {
      for (bool mirrored : {false, true}) {
        EXPECT_LE(ptychopinn_difference(random(), n, gridsize, mirrored), 1e-6)
            << seed_note() << " N " << n << " gridsize " << gridsize << " mirrored " << mirrored;
      }
    }
  }
}

}  // namespace
