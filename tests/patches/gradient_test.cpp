// SPDX-License-Identifier: Apache-2.0
//
// The scale is the largest sum of absolute terms, as for the adjoint.
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

class Gradient : public testing::TestWithParam<Kind> {};

TEST_P(Gradient, AgreesWithTheOracle) {
  for_each_case(
      8, [&](Case& c) { set_kind(c, GetParam()); },
      [&](const Case& c) {
        Job job(c);
        const Job::Gradients got = job.position_gradient();
        const oracle::Gradient want =
            oracle::position_gradient(c.scan(), job.image_values(), job.patch_values());
        expect_close(got.gradient.values(), as_complex(want.gradient),
                     largest(want.gradient_magnitude), tolerance(c.dtype), "gradient");
        expect_close(got.curvature.values(), as_complex(want.curvature),
                     largest(want.curvature_magnitude), tolerance(c.dtype), "curvature");
      });
}

TEST_P(Gradient, IsTheSameWithoutCurvature) {
  for_each_case(
      2, [&](Case& c) { set_kind(c, GetParam()); },
      [&](const Case& c) {
        Job job(c);
        const Job::Gradients with = job.position_gradient();
        HostArray without(real_of(c.dtype), with.gradient.shape());
        job.plan().position_gradient(job.image().view(), job.patches().view(), without.view());
        expect_same_bits({with.gradient}, {without}, "gradient without curvature");
      });
}

INSTANTIATE_TEST_SUITE_P(Kinds, Gradient, all_kinds(), kind_name);

}  // namespace
