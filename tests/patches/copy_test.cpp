// SPDX-License-Identifier: Apache-2.0
//
// A whole position is copied exactly, whatever lies beside the pixels it copies.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

using ptychopatch::array;
using ptychopatch::PatchPlan;

class Copy : public testing::TestWithParam<Kind> {};

TEST_P(Copy, OfWholePositionsIsExact) {
  const auto whole = [&](Case& c) {
    set_kind(c, GetParam());
    c.form = c.images ? PositionForm::split_f64 : PositionForm::f64;
    c.options.local_offsets = PPATCH_LOCAL_OFFSETS_AS_GIVEN;
    if (c.options.anchor == PPATCH_ANCHOR_CENTRE) c.options.anchor = PPATCH_ANCHOR_HALF;
    c.options.constant_real = 0.625;  // the same in every dtype
    c.options.constant_imag = -0.25;
  };
  for_each_case(8, whole, [](const Case& drawn) {
    Case c = drawn;
    for (double& p : c.fraction) p = std::floor(p);
    Job job(c);
    const Values got = job.canonical(job.extract(), 0);
    const Values want = oracle::extract(c.scan(), job.image_values());
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], want[i]) << i;
  });
}

// Row 3 is read alone along y; only one axis is whole.
TEST_P(Copy, OfOneWholeAxisTouchesNoOtherRow) {
  const auto& [dtype, interpolation, boundary] = GetParam();
  for (double poison :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    HostArray image(dtype, {7, 40});
    for (std::int64_t i = 0; i < image.size(); ++i) {
      const bool read = i / 40 == 3;
      image.set(i, read ? Complex(1, 1) : Complex(poison, poison));
    }
    ppatch_patch_options options = ptychopatch::patch_options(1, 33);
    options.interpolation = interpolation;
    options.boundary = boundary;
    const double position[] = {3, 3.3};
    for (ppatch_algorithm algorithm : {PPATCH_ALGORITHM_BATCHED, PPATCH_ALGORITHM_ITERATIVE}) {
      options.algorithm = algorithm;
      PatchPlan plan(shared_context(1), array(position, {1, 2}), options);
      HostArray patch(dtype, {1, 1, 33});
      plan.extract(image.view(), patch.view());
      for (std::int64_t i = 0; i < patch.size(); ++i) {
        const Complex want(1, is_complex(dtype) ? 1 : 0);
        ASSERT_NEAR(std::abs(patch.get(i) - want), 0, 1e-6) << i << " algorithm " << algorithm;
      }
    }
  }
}

// A single finite pixel in a sea of poison.
TEST_P(Copy, OfAWholePositionTouchesNoNeighbour) {
  const auto& [dtype, interpolation, boundary] = GetParam();
  HostArray image(dtype, {9, 9});
  for (std::int64_t i = 0; i < image.size(); ++i) {
    const double poison =
        i % 2 ? std::numeric_limits<double>::quiet_NaN() : -std::numeric_limits<double>::infinity();
    image.set(i, {poison, poison});
  }
  image.set(4 * 9 + 5, {0.1, -0.7});
  ppatch_patch_options options = ptychopatch::patch_options(1, 1);
  options.interpolation = interpolation;
  options.boundary = boundary;
  const float position[] = {4, 5};
  PatchPlan plan(shared_context(1), array(position, {1, 2}), options);
  HostArray patch(dtype, {1, 1, 1});
  plan.extract(image.view(), patch.view());
  EXPECT_EQ(patch.get(0), image.get(4 * 9 + 5));
}

// The adjoint of poison stays where it was put.
TEST_P(Copy, AdjointOfAWholePositionTouchesNoNeighbour) {
  const auto& [dtype, interpolation, boundary] = GetParam();
  HostArray patch(dtype, {1, 1, 1});
  ppatch_patch_options options = ptychopatch::patch_options(1, 1);
  options.interpolation = interpolation;
  options.boundary = boundary;
  const double position[] = {4, 5};
  PatchPlan plan(shared_context(1), array(position, {1, 2}), options);
  HostArray image(dtype, {9, 9});
  plan.adjoint(patch.view(), image.view());
  for (std::int64_t i = 0; i < image.size(); ++i) {
    if (i == 4 * 9 + 5) {
      EXPECT_TRUE(std::isnan(image.get(i).real()));
    } else {
      EXPECT_EQ(image.get(i), Complex(0)) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Copy, all_kinds(), kind_name);

}  // namespace
