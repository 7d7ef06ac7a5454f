// SPDX-License-Identifier: Apache-2.0
//
// The tiles that a covariance comes from lie within their overlap, whatever its size.
#include <gtest/gtest.h>

#include <cstdint>

#include "math/registration/covariance_tiles.hpp"

namespace {

using ppatch::CovarianceTiles;

TEST(CovarianceTiles, LieWithinTheOverlapAndAreCounted) {
  for (const std::int64_t height : {12, 24, 39, 40, 47, 63, 64, 300, 1000, 44800}) {
    for (const std::int64_t width : {12, 24, 39, 40, 47, 63, 64, 300, 5000, 44800, 1000000}) {
      const std::int64_t overlap[2] = {height, width};
      const std::int64_t ramp[2] = {4, 4};
      const CovarianceTiles tiles(overlap, ramp);
      if (!tiles.any()) continue;
      SCOPED_TRACE(testing::Message() << height << " x " << width);
      EXPECT_LE(tiles.count(), CovarianceTiles::max_count(height, width));
      EXPECT_GE(tiles.looked_at, 1);
      std::int64_t lines = 0;
      std::int64_t columns = 0;
      for (std::int64_t i = 0; i < tiles.looked_at; ++i) {
        ASSERT_GE(tiles.first_of(i), tiles.reach);
        ASSERT_LT(tiles.first_of(i), tiles.end_of(i));
        ASSERT_LE(tiles.end_of(i) - tiles.first_of(i), ppatch::max_covariance_tile);
        ASSERT_LE(tiles.end_of(i) + tiles.reach, height);
        lines += tiles.end_of(i) - tiles.first_of(i);
      }
      for (std::int64_t i = 0; i < tiles.columns; ++i) {
        ASSERT_GE(tiles.first_column_of(i), tiles.reach);
        ASSERT_LT(tiles.first_column_of(i), tiles.end_column_of(i));
        ASSERT_LE(tiles.end_column_of(i) + tiles.reach, width);
        columns += tiles.end_column_of(i) - tiles.first_column_of(i);
      }
      EXPECT_EQ(tiles.samples(), static_cast<double>(lines) * static_cast<double>(columns));
    }
  }
}

}  // namespace
