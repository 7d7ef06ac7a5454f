// SPDX-License-Identifier: Apache-2.0
//
// The scale of every tolerance here is the largest sum of absolute terms: what rounding acts on,
// however far the sum itself cancels.
#include <cmath>

#include "patches/support/sums_test.hpp"

namespace {

class Adjoint : public SumsTest {};

std::vector<double> ones_magnitude(const oracle::Scan& scan, const Values& patches) {
  return oracle::adjoint_magnitude(scan, Values(patches.size(), 1.0), oracle::least_weight);
}

TEST_P(Adjoint, AgreesWithTheOracle) {
  run(6, [](const Case& c) {
    Job job(c);
    const oracle::Scan scan = c.scan();
    const double limit = sum_tolerance(c.dtype, scan);
    const Values patches = job.patch_values();
    const Wanted wanted = {oracle::adjoint(scan, patches),
                           largest(oracle::adjoint_magnitude(scan, patches, oracle::least_weight)),
                           as_complex(oracle::coverage(scan)),
                           largest(ones_magnitude(scan, patches))};
    const Job::Sums over = job.adjoint(PPATCH_ADJOINT_OVERWRITE);
    const Job::Sums more = job.adjoint(PPATCH_ADJOINT_ACCUMULATE);
    expect_sums(over, more, wanted, limit);
  });
}

// The quotient's error is its parts' error over the divisor.
TEST_P(Adjoint, AssembleDividesByTheCoverage) {
  run(4, [](const Case& c) {
    Job job(c);
    const oracle::Scan scan = c.scan();
    const double limit = sum_tolerance(c.dtype, scan);
    const double eps = c.seed % 2 ? 0.25 : 2;
    const Job::Sums got = job.assemble(eps);
    const Values want = oracle::assemble(scan, job.patch_values(), eps);
    const double scale =
        largest(oracle::adjoint_magnitude(scan, job.patch_values(), oracle::least_weight));
    const double weights_scale = largest(ones_magnitude(scan, job.patch_values()));
    expect_close(got.image.values(), want, scale / eps * (1 + weights_scale / eps), limit,
                 "assembled image");
    expect_close(got.coverage.values(), as_complex(oracle::coverage(scan)), weights_scale, limit,
                 "coverage");
  });
}

TEST_P(Adjoint, IsTheSameWithoutCoverage) {
  run(2, [](const Case& c) {
    Job job(c);
    const Job::Sums with = job.adjoint(PPATCH_ADJOINT_OVERWRITE);
    HostArray without(c.dtype, with.image.shape());
    job.plan().adjoint(job.patches().view(), without.view());
    expect_same_bits({with.image}, {without}, "image without coverage");
  });
}

INSTANTIATE_TEST_SUITE_P(Kinds, Adjoint, all_kinds(), kind_name);

// The positions of very many images share what the library keeps by image.
TEST(AdjointOfManyImages, AgreesWithTheOracle) {
  const auto many = [](Case& c) {
    c.images = 20000;
    c.height = 3;
    c.width = 2;
    c.indexed = true;
    c.count = 400;
    c.options.patch_height = 2;
    c.options.patch_width = 3;
    c.max_elements = 20000 * 2400LL;
  };
  for_each_case(2, many, [](const Case& c) {
    Job job(c);
    const oracle::Scan scan = c.scan();
    const Values patches = job.patch_values();
    expect_close(job.adjoint(PPATCH_ADJOINT_OVERWRITE).image.values(),
                 oracle::adjoint(scan, patches),
                 largest(oracle::adjoint_magnitude(scan, patches, oracle::least_weight)),
                 sum_tolerance(c.dtype, scan), "image");
  });
}

TEST(AdjointOfConstant, IsThatOfZero) {
  const auto constant = [](Case& c) { c.options.boundary = PPATCH_BOUNDARY_CONSTANT; };
  for_each_case(60, constant, [](const Case& c) {
    Case zero = c;
    zero.options.boundary = PPATCH_BOUNDARY_ZERO;
    const Job::Sums a = Job(c).adjoint(PPATCH_ADJOINT_OVERWRITE);
    const Job::Sums b = Job(zero).adjoint(PPATCH_ADJOINT_OVERWRITE);
    expect_same_bits({a.image, a.coverage}, {b.image, b.coverage}, "constant against zero");
  });
}

TEST(Assemble, GivesTheImageBackFromWholePositions) {
  const auto whole = [](Case& c) {
    c.options.boundary = PPATCH_BOUNDARY_ZERO;
    c.options.local_offsets = PPATCH_LOCAL_OFFSETS_AS_GIVEN;
    c.form = PositionForm::f64;
  };
  for_each_case(60, whole, [](const Case& drawn) {
    Case c = drawn;
    for (double& p : c.fraction) p = std::floor(p);
    if (c.options.anchor == PPATCH_ANCHOR_CENTRE) c.options.anchor = PPATCH_ANCHOR_HALF;
    Job job(c);
    const HostArray patches = job.extract();
    Job::Sums out = job.assemble(1e-9);
    job.plan().assemble(patches.view(), out.image.view(), out.coverage.view(), 1e-9);
    for (std::int64_t i = 0; i < out.image.size(); ++i) {
      const bool reached = out.coverage.get(i) != 0.0;
      const Complex want = reached ? job.image().get(i) : 0;
      ASSERT_NEAR(std::abs(out.image.get(i) - want), 0, tolerance(c.dtype)) << i;
    }
  });
}

}  // namespace
