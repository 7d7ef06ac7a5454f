// SPDX-License-Identifier: Apache-2.0
//
// Memory of group plans: what is told beforehand is what is taken; every allocation fails once, and
// each time the call says OUT_OF_MEMORY, leaks nothing, and leaves the plan as good as it was.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "capi/failing_allocations.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

constexpr std::int64_t point_count = 3000;
constexpr std::int64_t groups = 900;

class GroupMemory : public testing::TestWithParam<bool>, protected FailingAllocations {
 protected:
  GroupMemory()
      : FailingAllocations(GetParam()),
        points_(2 * point_count),
        members_(4 * groups),
        offsets_(2 * groups) {
    Random random = test_random("GroupMemory");
    std::normal_distribution<double> place;
    for (double& v : points_) v = place(random);
    options_ = ptychopatch::group_options(2, 6);
    options_.group_count = groups;
    options_.seed = random();
  }

  ppatch_context_options context_options() {
    ppatch_context_options options = ptychopatch::context_options();
    options.backend = PPATCH_BACKEND_CPU;
    options.num_threads = 2;
    allocator().install(&options);
    options.log = [](void*, ppatch_log_level, const char*) {};
    options.log_level = PPATCH_LOG_LEVEL_DEBUG;
    return options;
  }
  ptychopatch::Array points() const { return ptychopatch::array(points_.data(), {point_count, 2}); }

  // Takes no memory of its own.
  ppatch_status draw(ppatch_group_plan* plan) {
    members_.assign(members_.size(), -7);
    const std::int64_t shape[2] = {groups, 4};
    const std::int64_t pairs[2] = {groups, 2};
    const ppatch_array members = ppatch_array_c(members_.data(), PPATCH_I64, 2, shape);
    const ppatch_array offsets = ppatch_array_c(offsets_.data(), PPATCH_F64, 2, pairs);
    return ppatch_group_plan_draw(plan, 0, &members, nullptr, &offsets, nullptr);
  }

  std::vector<double> points_;
  std::vector<std::int64_t> members_;
  std::vector<double> offsets_;
  ppatch_group_options options_{};
};

TEST_P(GroupMemory, IsWhatWasToldBeforehand) {
  const ptychopatch::Context context(context_options());
  const std::uint64_t before = allocator().live();
  const std::uint64_t told = ptychopatch::GroupPlan::bytes(context, point_count, options_);
  ptychopatch::GroupPlan plan = ptychopatch::GroupPlan::borrow(context, points(), options_);
  EXPECT_EQ(plan.info().bytes, told);
  EXPECT_EQ(allocator().live() - before, told);
  const std::int64_t calls = allocator().calls();
  ASSERT_EQ(draw(plan.get()), PPATCH_OK) << ppatch_last_error();
  plan.borrow_points(points());
  EXPECT_EQ(allocator().calls(), calls) << "memory was taken after create";
}

TEST_P(GroupMemory, FailsWhileAPlanIsMade) {
  const ptychopatch::Context context(context_options());
  ppatch_group_options options = options_;
  options.point_capacity = point_count;
  { const ptychopatch::GroupPlan warm = ptychopatch::GroupPlan(context, options); }
  fail_each("ppatch_group_plan_create", [&] {
    const Account account(allocator());
    auto* plan = reinterpret_cast<ppatch_group_plan*>(this);
    const ppatch_status status =
        harmed([&] { return ppatch_group_plan_create(&plan, context.get(), &options); });
    EXPECT_EQ(plan == nullptr, status != PPATCH_OK);
    ppatch_group_plan_destroy(plan);
    return status;
  });
  EXPECT_GE(failures(), 3);
}

TEST_P(GroupMemory, FailsWhileGroupsAreDrawn) {
  const ptychopatch::Context context(context_options());
  const ptychopatch::GroupPlan plan = ptychopatch::GroupPlan::borrow(context, points(), options_);
  ASSERT_EQ(draw(plan.get()), PPATCH_OK) << ppatch_last_error();
  const std::vector<std::int64_t> whole = members_;
  fail_each("ppatch_group_plan_draw", [&] {
    const Account account(allocator());
    return harmed([&] { return draw(plan.get()); });
  });
  EXPECT_GE(failures(), through_callbacks() ? 0 : 1);
  EXPECT_EQ(members_, whole) << seed_note();
}

INSTANTIATE_TEST_SUITE_P(Ways, GroupMemory, testing::Bool(), [](const auto& tested) {
  return std::string(tested.param ? "callbacks" : "operator_new");
});

}  // namespace
