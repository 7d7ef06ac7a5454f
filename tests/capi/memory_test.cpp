// SPDX-License-Identifier: Apache-2.0
//
// What plan_bytes promises against what the caller's allocator sees, and the memory budget.
#include <gtest/gtest.h>

#include <string>

#include "capi/counting_allocator.hpp"
#include "capi/problem.hpp"

namespace {

std::uint64_t promised_bytes(const ContextPointer& context, const Problem& problem) {
  std::uint64_t bytes = 0;
  EXPECT_EQ(ppatch_patch_plan_bytes(context.get(), problem.count(), &problem.options(), &bytes),
            PPATCH_OK)
      << ppatch_last_error();
  return bytes;
}

std::uint64_t held_bytes(const PlanPointer& plan) {
  ppatch_patch_plan_info info{};
  info.struct_size = sizeof info;
  EXPECT_EQ(ppatch_patch_plan_get_info(plan.get(), &info), PPATCH_OK);
  return info.bytes;
}

// The N of "... at least N ...".
std::uint64_t min_budget(const std::string& text) {
  const std::string before = "at least ";
  const std::size_t at = text.find(before);
  return at == std::string::npos ? 0 : std::stoull(text.substr(at + before.size()));
}

struct Size {
  std::int64_t image, count, patch;
};

class PlanMemory : public testing::TestWithParam<Size> {
 protected:
  PlanMemory()
      : random_(test_random("PlanMemory")),
        problem_(GetParam().image, GetParam().count, GetParam().patch, random_) {}

  Random random_;
  Problem problem_;
  CountingAllocator allocator_;
};

TEST_P(PlanMemory, IsWhatPlanBytesPromises) {
  ppatch_context_options options = cpu_options(2);
  allocator_.install(&options);
  const ContextPointer context = make_context(options);
  const std::uint64_t before = allocator_.live();
  const std::uint64_t promised = promised_bytes(context, problem_);
  EXPECT_EQ(allocator_.live(), before) << "asking took memory";
  const PlanPointer plan = make_plan(context, problem_);
  EXPECT_EQ(allocator_.live() - before, promised);
  EXPECT_EQ(held_bytes(plan), promised);
}

TEST_P(PlanMemory, IsAllTakenByCreate) {
  ppatch_context_options options = cpu_options(2);
  allocator_.install(&options);
  const ContextPointer context = make_context(options);
  const PlanPointer plan = make_plan(context, problem_);
  const std::int64_t calls = allocator_.calls();
  for (const Operation operation : all_operations) {
    if (operation == Operation::solve) continue;  // takes memory for an image, and gives it back
    Outputs outputs;
    ASSERT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_OK) << ppatch_last_error();
    EXPECT_EQ(allocator_.calls(), calls) << name_of(operation);
  }
  const ppatch_array positions = problem_.positions();
  ASSERT_EQ(ppatch_patch_plan_set_positions(plan.get(), &positions), PPATCH_OK);
  EXPECT_EQ(allocator_.calls(), calls) << "set_positions";
}

TEST_P(PlanMemory, ComesBackWithThePlan) {
  ppatch_context_options options = cpu_options(2);
  allocator_.install(&options);
  const ContextPointer context = make_context(options);
  const std::uint64_t before = allocator_.live();
  for (int round = 0; round < 3; ++round) {
    const PlanPointer plan = make_plan(context, problem_);
    for (const Operation operation : all_operations) {
      Outputs outputs;
      ASSERT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_OK);
    }
  }
  EXPECT_EQ(allocator_.live(), before);
}

TEST_P(PlanMemory, StaysBelowEveryBudgetWithEqualBits) {
  std::vector<Outputs> reference;
  {
    const ContextPointer context = make_context(cpu_options(2));
    const PlanPointer plan = make_plan(context, problem_);
    for (const Operation operation : all_operations) {
      ASSERT_EQ(problem_.run(plan.get(), operation, &reference.emplace_back()), PPATCH_OK);
    }
  }
  for (std::uint64_t budget = 1; budget <= std::uint64_t{1} << 26; budget *= 4) {
    SCOPED_TRACE("budget " + std::to_string(budget) + ", " + seed_note());
    CountingAllocator allocator;
    ppatch_context_options options = cpu_options(2);
    options.memory_budget = budget;
    allocator.install(&options);
    const ContextPointer context = make_context(options);
    const std::uint64_t before = allocator.live();
    ppatch_patch_plan* raw = nullptr;
    const ppatch_array positions = problem_.positions();
    const ppatch_status status =
        ppatch_patch_plan_create(&raw, context.get(), &positions, &problem_.options());
    const PlanPointer plan(raw);
    if (status != PPATCH_OK) {
      EXPECT_EQ(status, PPATCH_ERROR_OUT_OF_MEMORY) << ppatch_last_error();
      EXPECT_EQ(allocator.live(), before);
      EXPECT_GT(min_budget(ppatch_last_error()), budget) << ppatch_last_error();
      continue;
    }
    for (std::size_t i = 0; i < reference.size(); ++i) {
      SCOPED_TRACE(name_of(all_operations[i]));
      Outputs outputs;
      const ppatch_status ran = problem_.run(plan.get(), all_operations[i], &outputs);
      // The budget may hold the plan but not what an image of this size needs besides.
      if (ran == PPATCH_ERROR_OUT_OF_MEMORY) {
        EXPECT_GT(min_budget(ppatch_last_error()), budget) << ppatch_last_error();
        continue;
      }
      ASSERT_EQ(ran, PPATCH_OK) << ppatch_last_error();
      EXPECT_TRUE(outputs.same_bits(reference[i]));
    }
    EXPECT_LE(allocator.peak() - before, budget);
  }
}

TEST_P(PlanMemory, LeastBudgetInTheTextIsEnoughAndNoLessIs) {
  const ppatch_array positions = problem_.positions();
  const auto create = [&](std::uint64_t budget, CountingAllocator* allocator, std::string* text) {
    ppatch_context_options options = cpu_options(2);
    options.memory_budget = budget;
    allocator->install(&options);
    const ContextPointer context = make_context(options);
    std::uint64_t bytes = 0;
    const ppatch_status promised =
        ppatch_patch_plan_bytes(context.get(), problem_.count(), &problem_.options(), &bytes);
    const std::string promise_text = promised == PPATCH_OK ? "" : ppatch_last_error();
    ppatch_patch_plan* raw = nullptr;
    const ppatch_status status =
        ppatch_patch_plan_create(&raw, context.get(), &positions, &problem_.options());
    const PlanPointer plan(raw);
    EXPECT_EQ(promised, status) << "plan_bytes and create disagree";
    if (status != PPATCH_OK) {
      *text = ppatch_last_error();
      EXPECT_EQ(min_budget(promise_text), min_budget(*text));
      return status;
    }
    EXPECT_LE(bytes, budget);
    for (const Operation operation : all_operations) {
      if (operation == Operation::solve) continue;  // needs an image's memory besides
      Outputs outputs;
      EXPECT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_OK) << ppatch_last_error();
    }
    EXPECT_LE(allocator->peak(), budget);
    return status;
  };
  std::string text;
  CountingAllocator first;
  ASSERT_EQ(create(1, &first, &text), PPATCH_ERROR_OUT_OF_MEMORY);
  const std::uint64_t least = min_budget(text);
  ASSERT_GT(least, 1U) << text;
  CountingAllocator second;
  EXPECT_EQ(create(least, &second, &text), PPATCH_OK) << text;
  CountingAllocator third;
  EXPECT_EQ(create(least - 1, &third, &text), PPATCH_ERROR_OUT_OF_MEMORY);
  EXPECT_EQ(min_budget(text), least) << text;
}

INSTANTIATE_TEST_SUITE_P(Sizes, PlanMemory,
                         testing::Values(Size{32, 1, 8}, Size{64, 37, 16}, Size{200, 300, 24}),
                         [](const auto& tested) {
                           return "image" + std::to_string(tested.param.image);
                         });

// The largest plan is refused by arithmetic, before anything is taken.
TEST(PlanMemoryLimit, AskingForMoreThanTheBudgetTakesNothing) {
  CountingAllocator allocator;
  ppatch_context_options options = cpu_options(1);
  allocator.install(&options);
  const ContextPointer context = make_context(options);
  const std::int64_t calls = allocator.calls();
  ppatch_patch_options plan_options = ptychopatch::patch_options(8, 8);
  plan_options.position_capacity = std::int64_t{1} << 40;
  ppatch_patch_plan* plan = nullptr;
  EXPECT_EQ(ppatch_patch_plan_create(&plan, context.get(), nullptr, &plan_options),
            PPATCH_ERROR_OUT_OF_MEMORY);
  EXPECT_EQ(plan, nullptr);
  EXPECT_EQ(allocator.calls(), calls);
  EXPECT_GE(min_budget(ppatch_last_error()), std::uint64_t{1} << 40) << ppatch_last_error();
}

}  // namespace
