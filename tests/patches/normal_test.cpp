// SPDX-License-Identifier: Apache-2.0
//
// Gradient and normal matrix of positions, of either model. The scale is the largest sum of
// absolute terms, as for the adjoint.
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"
#include "patches/support/waves.hpp"

namespace {

class Normal : public testing::TestWithParam<Kind> {};

// Transforms round a few times more than interpolation does.
double limit_of(const Case& c) {
  return c.options.subpixel == PPATCH_SUBPIXEL_PROBE && !is_double(c.dtype) ? 1e-5
                                                                            : tolerance(c.dtype);
}

void expect_normals(const Case& c, Job& job, bool with_probe) {
  const Job::Normals got = job.position_normal(with_probe);
  const oracle::Probe probe = job.probe();
  const oracle::Normal want =
      oracle::position_normal(c.scan(), job.image_values(), with_probe ? &probe : nullptr,
                              with_probe ? job.wave_values() : job.patch_values());
  expect_close(got.gradient.values(), as_complex(want.gradient), largest(want.gradient_magnitude),
               limit_of(c), "gradient");
  expect_close(got.normal.values(), as_complex(want.normal), largest(want.normal_magnitude),
               limit_of(c), "normal");
}

TEST_P(Normal, AgreesWithTheOracle) {
  for_each_case(
      6, [&](Case& c) { set_kind(c, GetParam()); },
      [&](const Case& c) {
        Job job(c);
        expect_normals(c, job, true);
        expect_normals(c, job, false);
      });
}

TEST_P(Normal, OfAShiftedProbeAgreesWithTheOracle) {
  for_each_case(
      3,
      [&](Case& c) {
        set_kind(c, GetParam());
        c.options.subpixel = PPATCH_SUBPIXEL_PROBE;
        c.max_elements = 5000;
      },
      [&](const Case& c) {
        Job job(c);
        expect_normals(c, job, true);
        expect_normals(c, job, false);
      });
}

TEST_P(Normal, WithoutAProbeIsTheGradientAndItsCurvature) {
  for_each_case(
      3, [&](Case& c) { set_kind(c, GetParam()); },
      [&](const Case& c) {
        Job job(c);
        const Job::Normals normals = job.position_normal(false);
        const Job::Gradients gradients = job.position_gradient();
        expect_same_bits({normals.gradient}, {gradients.gradient}, "gradient");
        HostArray diagonal(real_of(c.dtype), gradients.curvature.shape());
        for (std::int64_t i = 0; i < diagonal.size(); ++i) {
          diagonal.set(i, normals.normal.get(i / 2 * 3 + i % 2 * 2));
        }
        expect_same_bits({diagonal}, {gradients.curvature}, "diagonal");
      });
}

TEST_P(Normal, GradientIsTheSameAlone) {
  for_each_case(
      2,
      [&](Case& c) {
        set_kind(c, GetParam());
        if (c.seed % 2) c.options.subpixel = PPATCH_SUBPIXEL_PROBE;
      },
      [&](const Case& c) {
        Job job(c);
        const Job::Normals with = job.position_normal(true);
        HostArray alone(real_of(c.dtype), with.gradient.shape());
        const ppatch_array probe = job.probe_array().view();
        job.plan().position_normal(job.image().view(), &probe, job.waves().view(), alone.view());
        expect_same_bits({with.gradient}, {alone}, "gradient without a normal matrix");
      });
}

INSTANTIATE_TEST_SUITE_P(Kinds, Normal, all_kinds(), kind_name);

// By the waves themselves: a step along an axis changes them by d, and
//     Re <G, d> / step = gradient,  Re <d_a, d_b> / step^2 = normal.
class NormalByDifferences : public testing::TestWithParam<ppatch_subpixel> {};

TEST_P(NormalByDifferences, OfTheWavesAgrees) {
  for_each_case(
      20,
      [&](Case& c) {
        make_smooth(c);
        c.options.subpixel = GetParam();
      },
      [&](const Case& c) { EXPECT_LE(normal_residual(generic_fractions(c)), 1e-6); });
}

INSTANTIATE_TEST_SUITE_P(Models, NormalByDifferences,
                         testing::Values<ppatch_subpixel>(PPATCH_SUBPIXEL_OBJECT,
                                                          PPATCH_SUBPIXEL_PROBE));

}  // namespace
