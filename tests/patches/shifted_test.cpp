// SPDX-License-Identifier: Apache-2.0
//
// Waves with a shifted probe. A transform spreads a pixel's rounding over all of the probe, so the
// scale of a shifted probe is its largest value.
#include <algorithm>
#include <cmath>

#include "patches/support/check.hpp"
#include "patches/support/job.hpp"
#include "patches/support/waves.hpp"

namespace {

class Shifted : public testing::TestWithParam<std::tuple<ppatch_dtype, ppatch_boundary>> {
 protected:
  static void run(int count, const std::function<void(const Case&)>& body) {
    for_each_case(
        count,
        [](Case& c) {
          std::tie(c.dtype, c.options.boundary) = GetParam();
          c.options.subpixel = PPATCH_SUBPIXEL_PROBE;
          c.max_elements = 5000;
          // The oracle's shift is a product of matrices.
          if (c.options.patch_height * c.options.patch_width > 3000) {
            c.options.patch_width = 1 + c.options.patch_width % 40;
          }
        },
        body);
  }
};

// The probe that bounds a shifted one: its largest value everywhere.
oracle::Probe bound_of(const oracle::Probe& shifted) {
  oracle::Probe out = shifted;
  out.values.assign(shifted.values.size(), largest(shifted.values));
  return out;
}

Values absolute(const Values& values) {
  Values out;
  for (const Complex& value : values) out.emplace_back(std::abs(value));
  return out;
}

TEST_P(Shifted, WavesAgreeWithTheOracleAndAdjointsAreConjugateTransposes) {
  run(10, [](const Case& c) {
    const ShiftedResiduals residuals = shifted_residuals(c);
    EXPECT_LE(residuals.waves, shifted_tolerance(c.dtype));
    EXPECT_LE(residuals.by_image, shifted_tolerance(c.dtype));
    EXPECT_LE(residuals.by_probe, shifted_tolerance(c.dtype));
  });
}

TEST_P(Shifted, PatchesAreThoseOfTheNearestPixels) {
  run(3, [](const Case& c) {
    Case nearest = c;
    nearest.options.subpixel = PPATCH_SUBPIXEL_OBJECT;
    nearest.options.interpolation = PPATCH_INTERPOLATION_NEAREST;
    Job job(c);
    Job other(nearest);
    expect_same_bits({job.extract(), job.adjoint(PPATCH_ADJOINT_OVERWRITE).image},
                     {other.extract(), other.adjoint(PPATCH_ADJOINT_OVERWRITE).image}, "patches");
  });
}

TEST_P(Shifted, AdjointByImageAgreesWithTheOracle) {
  run(4, [](const Case& c) {
    Job job(c);
    const oracle::Scan scan = c.scan();
    const oracle::Probe shifted = oracle::shifted_probe(scan, job.probe());
    const oracle::Probe bound = bound_of(shifted);
    const Values want =
        oracle::adjoint(scan, oracle::probe_weighted(scan, job.wave_values(), shifted));
    const double scale = largest(
        oracle::adjoint(scan, oracle::probe_weighted(scan, absolute(job.wave_values()), bound)));
    const Values power = oracle::adjoint(scan, oracle::probe_power(scan, shifted));
    const double power_scale = largest(oracle::adjoint(scan, oracle::probe_power(scan, bound)));
    const Job::Sums over = job.probe_adjoint_image(PPATCH_ADJOINT_OVERWRITE);
    const Job::Sums more = job.probe_adjoint_image(PPATCH_ADJOINT_ACCUMULATE);
    const double limit = std::max(shifted_tolerance(c.dtype), sum_tolerance(c.dtype, scan));
    expect_close(over.image.values(), want, scale, limit, "image");
    expect_close(over.coverage.values(), power, power_scale, limit, "coverage");
    expect_close(more.image.values(), sum(more.image_before, want), scale + 1, limit,
                 "accumulated image");
    expect_close(more.coverage.values(), sum(more.coverage_before, power), power_scale + 1, limit,
                 "accumulated coverage");
    HostArray without(c.dtype, over.image.shape());
    job.plan().probe_adjoint_image(job.waves().view(), job.probe_array().view(), without.view());
    expect_same_bits({over.image}, {without}, "image without coverage");
  });
}

TEST_P(Shifted, AdjointByProbeAgreesWithTheOracle) {
  run(4, [](const Case& c) {
    Job job(c);
    const oracle::Scan scan = c.scan();
    const Values want =
        oracle::shifted_adjoint_probe(scan, job.image_values(), job.wave_values(), job.probe());
    const double scale = largest(oracle::probe_adjoint_probe_magnitude(
        scan, job.image_values(), job.wave_values(), job.probe()));
    const double limit = std::max(shifted_tolerance(c.dtype), probe_sum_tolerance(c.dtype, scan));
    expect_close(job.probe_adjoint_probe(PPATCH_ADJOINT_OVERWRITE).probe.values(), want, scale,
                 limit, "probe");
    const Job::ProbeSum more = job.probe_adjoint_probe(PPATCH_ADJOINT_ACCUMULATE);
    expect_close(more.probe.values(), sum(more.before, want), scale + 1, limit,
                 "accumulated probe");
  });
}

// Whole positions take the probe as it is: exactly the waves of the other model.
TEST_P(Shifted, WholePositionsAreExact) {
  const auto whole = [](Case& c) {
    std::tie(c.dtype, c.options.boundary) = GetParam();
    c.form = PositionForm::i64;
    c.options.local_offsets = PPATCH_LOCAL_OFFSETS_AS_GIVEN;
    c.options.anchor = PPATCH_ANCHOR_HALF;
    c.options.subpixel = PPATCH_SUBPIXEL_PROBE;
  };
  for_each_case(3, whole, [](const Case& c) {
    Case object = c;
    object.options.subpixel = PPATCH_SUBPIXEL_OBJECT;
    Job job(c);
    Job other(object);
    expect_same_bits({job.probe_extract()}, {other.probe_extract()}, "waves");
  });
}

std::string shifted_name(
    const testing::TestParamInfo<std::tuple<ppatch_dtype, ppatch_boundary>>& info) {
  const auto& [dtype, boundary] = info.param;
  return kind_name({Kind{dtype, PPATCH_INTERPOLATION_NEAREST, boundary}, info.index});
}

INSTANTIATE_TEST_SUITE_P(Kinds, Shifted,
                         testing::Combine(each_of(pixel_types),
                                          each_of(ptychopatch::boundary_choices)),
                         shifted_name);

// A smooth probe, of a wave along x and a Gaussian along y, moves where the position goes: to
// higher rows and columns of the window. One image pixel is bright at a time, so nothing else is
// seen.
TEST(ShiftedProbe, MovesWithThePosition) {
  constexpr std::int64_t n = 32;
  const auto probe_at = [](double y, double x) {
    return std::polar(std::exp(-(y - 15) * (y - 15) / 8), 2 * M_PI * 3 * x / n);
  };
  Values probe(n * n);
  for (std::int64_t i = 0; i < n * n; ++i) {
    const auto row = i / n;
    probe[i] = probe_at(static_cast<double>(row), static_cast<double>(i % n));
  }
  const Values image(40 * 40, 1.0);
  const double positions[2][2] = {{4.3, 2.75}, {1.5, 3.25}};
  const double fraction[2][2] = {{0.3, -0.25}, {-0.5, 0.25}};  // halves go up
  ppatch_patch_options options = ptychopatch::patch_options(n, n);
  options.subpixel = PPATCH_SUBPIXEL_PROBE;
  ptychopatch::PatchPlan plan(shared_context(1), ptychopatch::array(&positions[0][0], {2, 2}),
                              options);
  Values waves(2 * n * n, Complex(NAN, NAN));
  plan.probe_extract(ptychopatch::array(image.data(), {40, 40}),
                     ptychopatch::array(probe.data(), {n, n}),
                     ptychopatch::array(waves.data(), {2, n, n}));
  for (std::int64_t i = 0; i < 2 * n * n; ++i) {
    const auto& moved = fraction[i / (n * n)];
    const double y = static_cast<double>(i / n % n) - moved[0];
    const double x = static_cast<double>(i % n) - moved[1];
    // The Gaussian has come down to 1e-9 of its height at the window's edge.
    ASSERT_LE(std::abs(waves[i] - probe_at(y, x)), 1e-7) << i;
  }
}

}  // namespace
