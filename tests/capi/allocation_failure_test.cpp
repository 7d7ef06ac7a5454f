// SPDX-License-Identifier: Apache-2.0
//
// Every allocation fails once: those of the library's own containers through the program's operator
// new, those of scratch memory through the context's callbacks. Each time the call must say
// OUT_OF_MEMORY in a clean sentence, leak nothing, and leave the plan as good as it was.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "capi/failing_allocations.hpp"
#include "capi/problem.hpp"

namespace {

// Where allocations fail, and whether only one of them does or every later one too.
struct Way {
  const char* name;
  bool through_callbacks;
  bool onwards;
  ppatch_subpixel subpixel;
};

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

class AllocationFailure : public testing::TestWithParam<Way>, protected FailingAllocations {
 protected:
  AllocationFailure()
      : FailingAllocations(GetParam().through_callbacks, GetParam().onwards),
        random_(test_random("AllocationFailure")),
        problem_(40, 30, 8, random_) {
    problem_.options().subpixel = GetParam().subpixel;
    // First use of what stays for the life of the process, GoogleTest's own included.
    SCOPED_TRACE("first use");
    const PlanPointer plan = make_plan(make_context(options()), problem_);
    for (const Operation operation : all_operations) {
      EXPECT_EQ(problem_.run(plan.get(), operation, &reference(operation)), PPATCH_OK);
    }
  }

  Outputs& reference(Operation operation) { return references_[static_cast<int>(operation)]; }

  ppatch_context_options options() {
    ppatch_context_options options = cpu_options(2);
    if (through_callbacks()) allocator().install(&options);
    options.log = [](void*, ppatch_log_level, const char*) {};
    options.log_level = PPATCH_LOG_LEVEL_DEBUG;
    return options;
  }

  Random random_;
  Problem problem_;
  Outputs references_[std::size(all_operations)];
};

TEST_P(AllocationFailure, OfMakingAContext) {
  const ppatch_context_options context_options = options();
  const std::int64_t before = new_hook::live_blocks();
  fail_each("ppatch_context_create", [&] {
    auto* context = reinterpret_cast<ppatch_context*>(this);
    const ppatch_status status =
        harmed([&] { return ppatch_context_create(&context, &context_options); });
    EXPECT_EQ(context == nullptr, status != PPATCH_OK);
    ppatch_context_destroy(context);
    return status;
  });
  EXPECT_EQ(new_hook::live_blocks(), before);
  if (!through_callbacks()) {
    EXPECT_GT(failures(), 0);
  }
}

TEST_P(AllocationFailure, OfMakingAPlan) {
  const ContextPointer context = make_context(options());
  const ppatch_array positions = problem_.positions();
  {
    const Account account(allocator());
    fail_each("ppatch_patch_plan_create", [&] {
      auto* plan = reinterpret_cast<ppatch_patch_plan*>(this);
      const ppatch_status status = harmed([&] {
        return ppatch_patch_plan_create(&plan, context.get(), &positions, &problem_.options());
      });
      EXPECT_EQ(plan == nullptr, status != PPATCH_OK);
      ppatch_patch_plan_destroy(plan);
      return status;
    });
  }
  EXPECT_GT(failures(), 0);
}

TEST_P(AllocationFailure, OfAskingForThePlansBytes) {
  const ContextPointer context = make_context(options());
  const Account account(allocator());
  fail_each("ppatch_patch_plan_bytes", [&] {
    std::uint64_t bytes = 0;
    return harmed([&] {
      return ppatch_patch_plan_bytes(context.get(), problem_.count(), &problem_.options(), &bytes);
    });
  });
}

TEST_P(AllocationFailure, OfNewPositionsKeepsTheOldOnes) {
  const ContextPointer context = make_context(options());
  const std::int64_t count = problem_.count();
  const std::vector<double> fractions(static_cast<std::size_t>(2 * count), 3.25);
  const std::vector<std::int32_t> wholes(static_cast<std::size_t>(2 * count), 3);
  const std::vector<std::int64_t> zeros(static_cast<std::size_t>(count), 0);
  const ppatch_array old_positions = problem_.positions();
  const ppatch_array fraction = ptychopatch::array(fractions.data(), {count, 2});
  const ppatch_array integer = ptychopatch::array(wholes.data(), {count, 2});
  const ppatch_array index = ptychopatch::array(zeros.data(), {count});
  const Account account(allocator());
  const PlanPointer plan = make_plan(context, problem_);
  const auto expect_old_ones = [&] {
    for (const Operation operation : {Operation::extract, Operation::adjoint}) {
      Outputs outputs;
      ASSERT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_OK) << ppatch_last_error();
      ASSERT_TRUE(outputs.same_bits(reference(operation))) << name_of(operation);
    }
  };
  fail_each(
      "ppatch_patch_plan_set_positions",
      [&] {
        return harmed([&] { return ppatch_patch_plan_set_positions(plan.get(), &fraction); });
      },
      expect_old_ones);
  ASSERT_EQ(ppatch_patch_plan_set_positions(plan.get(), &old_positions), PPATCH_OK);
  fail_each(
      "ppatch_patch_plan_set_positions_split",
      [&] {
        return harmed(
            [&] { return ppatch_patch_plan_set_positions_split(plan.get(), &integer, &fraction); });
      },
      expect_old_ones);
  ASSERT_EQ(ppatch_patch_plan_set_positions(plan.get(), &old_positions), PPATCH_OK);
  fail_each(
      "ppatch_patch_plan_set_image_index",
      [&] { return harmed([&] { return ppatch_patch_plan_set_image_index(plan.get(), &index); }); },
      expect_old_ones);
}

// The first run of a new plan may take more than later ones do.
TEST_P(AllocationFailure, OfTheFirstRunOfEveryOperation) {
  const ContextPointer context = make_context(options());
  for (const Operation operation : all_operations) {
    const Account account(allocator());
    fail_each(std::string("ppatch_patch_") + name_of(operation), [&] {
      const PlanPointer plan = make_plan(context, problem_);
      Outputs outputs;
      const Call call = problem_.prepare(operation, &outputs);
      const ppatch_status status = harmed([&] { return call(plan.get()); });
      EXPECT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_OK) << ppatch_last_error();
      EXPECT_TRUE(outputs.same_bits(reference(operation)));
      return status;
    });
  }
}

TEST_P(AllocationFailure, OfEveryOperationLeavesThePlanUsable) {
  const ContextPointer context = make_context(options());
  const Account account(allocator());
  const PlanPointer plan = make_plan(context, problem_);
  for (const Operation operation : all_operations) {
    Outputs outputs;
    fail_each(
        std::string("ppatch_patch_") + name_of(operation),
        [&] {
          const Call call = problem_.prepare(operation, &outputs);
          return harmed([&] { return call(plan.get()); });
        },
        [&] {
          ASSERT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_OK)
              << ppatch_last_error();
          ASSERT_TRUE(outputs.same_bits(reference(operation)));
        });
    EXPECT_TRUE(outputs.same_bits(reference(operation))) << name_of(operation);
  }
}

constexpr ppatch_subpixel object = PPATCH_SUBPIXEL_OBJECT, probe = PPATCH_SUBPIXEL_PROBE;

INSTANTIATE_TEST_SUITE_P(Ways, AllocationFailure,
                         testing::Values(Way{"new_once", false, false, object},
                                         Way{"new_onwards", false, true, object},
                                         Way{"callback_once", true, false, object},
                                         Way{"callback_onwards", true, true, object},
                                         Way{"shifted_new_once", false, false, probe},
                                         Way{"shifted_new_onwards", false, true, probe},
                                         Way{"shifted_callback_once", true, false, probe},
                                         Way{"shifted_callback_onwards", true, true, probe}),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
