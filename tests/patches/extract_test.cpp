// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

class Extract : public testing::TestWithParam<Kind> {};

TEST_P(Extract, AgreesWithTheOracle) {
  for_each_case(
      12, [&](Case& c) { set_kind(c, GetParam()); },
      [&](const Case& c) {
        Job job(c);
        const Values got = job.canonical(job.extract(), 0);
        const Values want = oracle::extract(c.scan(), job.image_values());
        const double outside = std::abs(Complex(c.options.constant_real, c.options.constant_imag));
        expect_close(got, want, std::max(largest(job.image_values()), outside), tolerance(c.dtype),
                     "patch element");
      });
}

INSTANTIATE_TEST_SUITE_P(Kinds, Extract, all_kinds(), kind_name);

}  // namespace
