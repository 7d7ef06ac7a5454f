// SPDX-License-Identifier: Apache-2.0
//
// set_positions on a living plan: what it refuses, and that refusing changes nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "patches/support/check.hpp"
#include "patches/support/job.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using ptychopatch::array;
using ptychopatch::PatchPlan;
using testing::IsSubstring;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

class Positions : public testing::Test {
 protected:
  Positions() {
    ppatch_patch_options options = ptychopatch::patch_options(2, 3);
    options.position_capacity = 6;
    plan_ = std::make_unique<PatchPlan>(shared_context(2), array(old_.data(), {4, 2}), options);
  }

  // The call failed as `status`, naming each of `words`, and the plan is as it was.
  void expect_refused(ppatch_status got, const std::vector<std::string>& words) {
    EXPECT_EQ(got, PPATCH_ERROR_INVALID_ARGUMENT);
    for (const std::string& word : words)
      EXPECT_PRED_FORMAT2(IsSubstring, word, std::string(ppatch_last_error()));
    expect_positions(old_);
  }

  void expect_positions(const std::vector<double>& want) {
    ASSERT_EQ(plan_->info().position_count, static_cast<std::int64_t>(want.size() / 2));
    std::vector<double> used(want.size(), nan);
    plan_->positions(array(used.data(), {static_cast<std::int64_t>(used.size() / 2), 2}));
    EXPECT_EQ(used, want);
  }

  ppatch_status set(const std::vector<double>& positions) {
    const auto count = static_cast<std::int64_t>(positions.size() / 2);
    const ppatch_array view = array(positions.data(), {count, 2});
    return ppatch_patch_plan_set_positions(plan_->get(), &view);
  }

  const std::vector<double> old_{0.5, 1, 2.25, -3, 7, 8, -1.125, 0};
  std::unique_ptr<PatchPlan> plan_;
};

TEST_F(Positions, AreThoseGiven) { expect_positions(old_); }

TEST_F(Positions, MayBeFewerOrMoreUpToTheCapacity) {
  for (std::size_t count : {6U, 1U, 0U, 5U}) {
    std::vector<double> wanted(2 * count);
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = 0.375 * static_cast<double>(i);
    EXPECT_EQ(set(wanted), PPATCH_OK) << ppatch_last_error();
    expect_positions(wanted);
  }
}

TEST_F(Positions, NamesTheNaN) {
  for (std::size_t bad = 0; bad < 10; ++bad) {
    std::vector<double> wanted(10, 1.5);
    wanted[bad] = nan;
    expect_refused(set(wanted), {"positions", std::to_string(bad / 2), "nan"});
  }
}

TEST_F(Positions, NamesTheInfinity) {
  for (double value : {infinity, -infinity}) {
    expect_refused(set({1, 2, 3, 4, 5, value}), {"positions", "2", "inf"});
  }
}

TEST_F(Positions, NamesTheOneOutOfRange) {
  expect_refused(set({1, 2, 1.0000001e9, 4}), {"positions", "1"});
  expect_refused(set({1, 2, 3, -1.0000001e9}), {"positions", "1"});
  expect_refused(set({1e300, 2}), {"positions", "0"});
  EXPECT_EQ(set({1e9, -1e9}), PPATCH_OK) << ppatch_last_error();
}

TEST_F(Positions, NamesTheBadFloat) {
  const float values[] = {1, 2, 3, std::numeric_limits<float>::quiet_NaN()};
  const ppatch_array view = array(values, {2, 2});
  expect_refused(ppatch_patch_plan_set_positions(plan_->get(), &view), {"1"});
}

TEST_F(Positions, MayBeIntegersAndStayExact) {
  // Not one of these is a float32.
  const std::vector<double> wanted{16777217, -33554433, 999999999, -999999999, 1e9, 0};
  const std::vector<std::int32_t> narrow(wanted.begin(), wanted.end());
  const std::vector<std::int64_t> wide(wanted.begin(), wanted.end());
  for (const ppatch_array& view : {array(narrow.data(), {3, 2}), array(wide.data(), {3, 2})}) {
    ASSERT_EQ(set(old_), PPATCH_OK);
    EXPECT_EQ(ppatch_patch_plan_set_positions(plan_->get(), &view), PPATCH_OK)
        << ppatch_last_error();
    expect_positions(wanted);
  }
}

TEST_F(Positions, NamesTheIntegerOutOfRange) {
  for (std::int64_t value :
       {std::int64_t{1000000001}, std::int64_t{-1000000001},
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    const std::int64_t values[] = {1, 2, 3, value};
    const ppatch_array view = array(values, {2, 2});
    expect_refused(ppatch_patch_plan_set_positions(plan_->get(), &view), {"positions[1, 1]"});
  }
}

TEST_F(Positions, NamesTheBadFraction) {
  const std::int32_t integer[] = {1, 2, 3, 4, 5, 6};
  for (double value : {nan, infinity, -infinity, 1e300}) {
    const double fraction[] = {0, 0, 0, value, 0, 0};
    const ppatch_array integer_view = array(integer, {3, 2});
    const ppatch_array fraction_view = array(fraction, {3, 2});
    expect_refused(
        ppatch_patch_plan_set_positions_split(plan_->get(), &integer_view, &fraction_view), {"1"});
  }
}

TEST_F(Positions, NamesTheBadWholePart) {
  const std::int32_t integer[] = {1, 2, 3, 4, 5, std::numeric_limits<std::int32_t>::min()};
  const double fraction[] = {0, 0, 0, 0, 0, 0};
  const ppatch_array integer_view = array(integer, {3, 2});
  const ppatch_array fraction_view = array(fraction, {3, 2});
  expect_refused(ppatch_patch_plan_set_positions_split(plan_->get(), &integer_view, &fraction_view),
                 {"2"});
}

TEST_F(Positions, RefusesMoreThanTheCapacity) {
  expect_refused(set(std::vector<double>(14, 1)), {"6", "7"});
}

TEST_F(Positions, RefusesWrongShapesAndDtypes) {
  const std::vector<double> values(12, 1);
  for (const Shape& shape : {Shape{4, 3}, Shape{6}, Shape{2, 3, 2}, Shape{1, 2, 3, 2}}) {
    const ppatch_array view = array(values.data(), shape);
    expect_refused(ppatch_patch_plan_set_positions(plan_->get(), &view), {"positions"});
  }
  ppatch_array complex = array(values.data(), {2, 2});
  complex.dtype = PPATCH_C64;
  expect_refused(ppatch_patch_plan_set_positions(plan_->get(), &complex), {"positions", "C64"});
}

TEST_F(Positions, RefusesPartsOfDifferentShapes) {
  const std::int32_t integer[] = {1, 2, 3, 4, 5, 6};
  const double fraction[] = {0, 0, 0, 0};
  const ppatch_array integer_view = array(integer, {3, 2});
  const ppatch_array fraction_view = array(fraction, {2, 2});
  expect_refused(ppatch_patch_plan_set_positions_split(plan_->get(), &integer_view, &fraction_view),
                 {"fraction"});
}

TEST_F(Positions, MustFillGroups) {
  ppatch_patch_options options = ptychopatch::patch_options(2, 2);
  options.group_size = 3;
  options.position_capacity = 9;
  PatchPlan plan(shared_context(1), options);
  const std::vector<double> values(8, 1);
  const ppatch_array view = array(values.data(), {4, 2});
  EXPECT_EQ(ppatch_patch_plan_set_positions(plan.get(), &view), PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(plan.info().position_count, 0);
}

// Refused at creation, too, without a plan left behind.
TEST(PositionsAtCreation, NamesTheNaN) {
  const double values[] = {1, 2, 3, 4, nan, 5};
  const ppatch_array view = array(values, {3, 2});
  const ppatch_patch_options options = ptychopatch::patch_options(2, 2);
  auto* plan = reinterpret_cast<ppatch_patch_plan*>(1);
  EXPECT_EQ(ppatch_patch_plan_create(&plan, shared_context(1).get(), &view, &options),
            PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(plan, nullptr);
  EXPECT_PRED_FORMAT2(IsSubstring, "2", ppatch_last_error());
}

// get_positions gives back what any form was given, in the caller's axes and sign, or what that was
// rounded to. A fraction just below 1 is kept to 2^-53; the sign, the anchor and the floor may each
// round it.
TEST(PositionsInUse, AreTheOracles) {
  for_each_case(200, nullptr, [](const Case& c) {
    Job job(c);
    HostArray used(PPATCH_F64, {c.count, 2});
    job.plan().positions(used.view());
    const auto want = oracle::positions_in_use(c.options, c.scan().positions);
    const bool rounds = c.options.interpolation == PPATCH_INTERPOLATION_NEAREST &&
                        c.options.halves == PPATCH_HALVES_EVEN;
    for (std::int64_t i = 0; i < used.size(); ++i) {
      const double value = static_cast<double>(oracle::value(want[i / 2][i % 2]));
      const double limit = (rounds ? 0.5 : 0) + 4e-16 * std::fabs(value) + 1.7e-16;
      ASSERT_NEAR(used.get(i).real(), value, limit) << i;
    }
  });
}

TEST(ImageIndex, IsDroppedWhereTheCountChanges) {
  ppatch_patch_options options = ptychopatch::patch_options(1, 1);
  options.position_capacity = 3;
  const double positions[] = {0, 0, 0, 1, 1, 0};
  PatchPlan plan(shared_context(1), array(positions, {2, 2}), options);
  const std::int64_t index[] = {1, 0};
  plan.set_image_index(array(index, {2}));
  const double images[] = {1, 2, 3, 4, 5, 6, 7, 8};
  double patches[6];
  plan.set_positions(array(positions, {2, 2}));
  plan.extract(array(images, {2, 2, 2}), array(patches, {2, 1, 1}));
  EXPECT_EQ(patches[0], 5);
  EXPECT_EQ(patches[1], 2);
  plan.set_positions(array(positions, {3, 2}));
  plan.extract(array(images, {2, 2, 2}), array(patches, {2, 3, 1, 1}));
  EXPECT_EQ((std::vector<double>{patches, patches + 6}), (std::vector<double>{1, 2, 3, 5, 6, 7}));
}

}  // namespace
