// SPDX-License-Identifier: Apache-2.0
//
// Plans of one context in several threads, and plans that outlive their context.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "capi/problem.hpp"

namespace {

TEST(Concurrency, PlansOfOneContextInSeveralThreads) {
  constexpr int thread_count = 3;
  Random random = test_random("PlansOfOneContextInSeveralThreads");
  const ContextPointer context = make_context(cpu_options(2));
  std::vector<Problem> problems;
  std::vector<std::vector<Outputs>> references(thread_count);
  for (int t = 0; t < thread_count; ++t) {
    problems.emplace_back(64 + 10 * t, 50 + 7 * t, 12 + t, random);
    const PlanPointer plan = make_plan(context, problems.back());
    for (const Operation operation : all_operations) {
      ASSERT_EQ(problems[t].run(plan.get(), operation, &references[t].emplace_back()), PPATCH_OK);
    }
  }

  std::atomic<int> wrong{0};
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  threads.reserve(thread_count);
  for (int t = 0; t < thread_count; ++t) {
    threads.emplace_back([&, t] {
      ++ready;
      while (ready < thread_count) std::this_thread::yield();
      for (int round = 0; round < 5; ++round) {
        const PlanPointer plan = make_plan(context, problems[t]);
        for (std::size_t i = 0; i < references[t].size(); ++i) {
          Outputs outputs;
          const ppatch_status status = problems[t].run(plan.get(), all_operations[i], &outputs);
          wrong += status != PPATCH_OK || !outputs.same_bits(references[t][i]);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0) << seed_note();
}

TEST(Concurrency, ContextsComeAndGoInSeveralThreads) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&wrong, t] {
      Random random = test_random("ContextsComeAndGo" + std::to_string(t));
      const Problem problem(40, 20, 8, random);
      for (int round = 0; round < 5; ++round) {
        const ContextPointer context = make_context(cpu_options(1 + t));
        const PlanPointer plan = make_plan(context, problem);
        Outputs outputs;
        wrong += problem.run(plan.get(), Operation::assemble, &outputs) != PPATCH_OK;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Lifetime, APlanKeepsItsContextAlive) {
  Random random = test_random("APlanKeepsItsContextAlive");
  const Problem problem(48, 25, 10, random);
  ContextPointer context = make_context(cpu_options(2));
  const PlanPointer plan = make_plan(context, problem);
  std::vector<Outputs> references;
  for (const Operation operation : all_operations) {
    ASSERT_EQ(problem.run(plan.get(), operation, &references.emplace_back()), PPATCH_OK);
  }
  context.reset();
  for (std::size_t i = 0; i < references.size(); ++i) {
    Outputs outputs;
    ASSERT_EQ(problem.run(plan.get(), all_operations[i], &outputs), PPATCH_OK);
    EXPECT_TRUE(outputs.same_bits(references[i])) << name_of(all_operations[i]);
  }
}

TEST(Lifetime, AContextMayBeUsedFromAnotherThreadThanItsMaker) {
  Random random = test_random("AnotherThread");
  const Problem problem(48, 25, 10, random);
  const ContextPointer context = make_context(cpu_options(2));
  Outputs here;
  ASSERT_EQ(problem.run(make_plan(context, problem).get(), Operation::adjoint, &here), PPATCH_OK);
  Outputs there;
  std::thread([&] {
    EXPECT_EQ(problem.run(make_plan(context, problem).get(), Operation::adjoint, &there),
              PPATCH_OK);
  }).join();
  EXPECT_TRUE(here.same_bits(there)) << seed_note();
}

TEST(Lifetime, DestroyingNothingIsFine) {
  ppatch_context_destroy(nullptr);
  ppatch_patch_plan_destroy(nullptr);
}

}  // namespace
