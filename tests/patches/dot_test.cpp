// SPDX-License-Identifier: Apache-2.0
#include "patches/support/dot.hpp"

#include "patches/support/check.hpp"

namespace {

class Dot : public testing::TestWithParam<Kind> {};

TEST_P(Dot, AdjointsAreConjugateTransposes) {
  for_each_case(
      25,
      [&](Case& c) {
        set_kind(c, GetParam());
        make_small(c);
      },
      [&](const Case& c) {
        const DotResiduals residuals = dot_residuals(c);
        EXPECT_LE(residuals.extract, dot_tolerance(c.dtype));
        EXPECT_LE(residuals.by_image, dot_tolerance(c.dtype));
        EXPECT_LE(residuals.by_probe, dot_tolerance(c.dtype));
      });
}

INSTANTIATE_TEST_SUITE_P(Kinds, Dot, all_kinds(), kind_name);

}  // namespace
