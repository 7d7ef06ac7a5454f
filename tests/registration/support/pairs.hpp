// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "registration/support/scene.hpp"

class Pairs : public testing::Test {
 protected:
  Random random_ = test_random(testing::UnitTest::GetInstance()->current_test_info()->name());
  ptychopatch::Context context_ = scene_context();
};

// Relative, of a difference and its bound in single precision.
constexpr double mask_rounding = 1e-6;

// Opening is monotone: a mask whose differences carry rounding lies between those of the bound's
// two sides. 1 where the two differ.
inline int expect_between(const std::vector<std::uint8_t>& mask, const std::vector<int>& least,
                          const std::vector<int>& most, double mean) {
  double sum = 0.0;
  for (std::size_t k = 0; k < mask.size(); ++k) {
    EXPECT_TRUE(least[k] <= mask[k] && mask[k] <= most[k])
        << "pixel " << k << " of " << mask.size() << ": " << int{mask[k]} << ", not in " << least[k]
        << " to " << most[k];
    sum += mask[k];
  }
  EXPECT_NEAR(mean, sum / static_cast<double>(mask.size()), 1e-12);
  return least != most;
}
