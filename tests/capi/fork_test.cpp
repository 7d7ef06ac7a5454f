// SPDX-License-Identifier: Apache-2.0
//
// Children that are forked while other threads are inside the library, as a data loader's are.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "capi/problem.hpp"

namespace {

// Ends a child that hangs.
constexpr unsigned patience = 60;
constexpr int thread_count = 2;

template <class Body>
pid_t forked(const Body& body) {
  const pid_t child = fork();
  if (child != 0) return child;
  alarm(patience);
  body();
  _exit(testing::Test::HasFailure() ? 1 : 0);
}

void expect_success(pid_t child) {
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

std::int32_t threads_of(const ContextPointer& context) {
  ppatch_context_info info = PPATCH_CONTEXT_INFO_INIT;
  EXPECT_EQ(ppatch_context_get_info(context.get(), &info), PPATCH_OK);
  return info.num_threads;
}

// Threads that assemble again and again, each on a plan of its own. With as many as the context has
// they take all of its places.
class BusyThreads {
 public:
  // Both must outlive this.
  BusyThreads(int count, const ContextPointer& context, const Problem& problem) {
    for (int t = 0; t < count; ++t) {
      threads_.emplace_back([&] {
        const PlanPointer plan = make_plan(context, problem);
        while (!done_) {
          Outputs outputs;
          EXPECT_EQ(problem.run(plan.get(), Operation::assemble, &outputs), PPATCH_OK);
          ++calls_;
        }
      });
    }
  }
  ~BusyThreads() {
    done_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  BusyThreads(const BusyThreads&) = delete;
  BusyThreads& operator=(const BusyThreads&) = delete;

  int calls() const { return calls_; }

 private:
  std::atomic<bool> done_ = false;
  std::atomic<int> calls_ = 0;
  std::vector<std::thread> threads_;
};

// A sanitizer's allocator stays locked in a child if another thread was inside it at the fork; the
// C library's does not.
#if defined(__SANITIZE_THREAD__)
constexpr bool forks = false;
constexpr bool forks_beside_busy_threads = false;
#elif defined(__SANITIZE_ADDRESS__)
constexpr bool forks = true;
constexpr bool forks_beside_busy_threads = false;
#else
constexpr bool forks = true;
constexpr bool forks_beside_busy_threads = true;
#endif
constexpr const char* locked_allocator = "the sanitizer's allocator may stay locked in a child";

TEST(Fork, ChildrenWorkWhileOtherThreadsAreInside) {
  if (!forks_beside_busy_threads) GTEST_SKIP() << locked_allocator;
  Random random = test_random("ChildrenWork");
  const Problem problem(96, 300, 16, random);
  const ContextPointer context = make_context(cpu_options(thread_count));
  const PlanPointer plan = make_plan(context, problem);
  std::vector<Outputs> want;
  for (const Operation operation : all_operations) {
    ASSERT_EQ(problem.run(plan.get(), operation, &want.emplace_back()), PPATCH_OK);
  }
  std::vector<pid_t> children;
  {
    const BusyThreads busy(thread_count, context, problem);
    for (int round = 0; round < 8; ++round) {
      const int before = busy.calls();
      while (busy.calls() < before + 3) std::this_thread::yield();
      children.push_back(forked([&] {
        const ContextPointer own_context = make_context(cpu_options(thread_count));
        const PlanPointer own_plan = make_plan(own_context, problem);
        EXPECT_EQ(threads_of(context), PTYCHOPATCH_CHILD_THREADS);
        EXPECT_EQ(threads_of(own_context), PTYCHOPATCH_CHILD_THREADS);
        for (ppatch_patch_plan* each : {own_plan.get(), plan.get()}) {
          for (std::size_t i = 0; i < want.size(); ++i) {
            Outputs outputs;
            EXPECT_EQ(problem.run(each, all_operations[i], &outputs), PPATCH_OK);
            EXPECT_TRUE(outputs.same_bits(want[i])) << name_of(all_operations[i]) << seed_note();
          }
        }
        ppatch_context_destroy(make_context(cpu_options(0)).release());
        // A child of the child.
        expect_success(forked([&] {
          Outputs outputs;
          EXPECT_EQ(problem.run(plan.get(), Operation::adjoint, &outputs), PPATCH_OK);
        }));
      }));
    }
    for (const pid_t child : children) expect_success(child);
  }
  EXPECT_EQ(threads_of(context), thread_count);
}

TEST(Fork, AChildSaysThatItHasOneThread) {
  if (!forks) GTEST_SKIP() << locked_allocator;
  if (PTYCHOPATCH_CHILD_THREADS != 1) GTEST_SKIP() << "loops start their own threads";
  const ContextPointer before = make_context(cpu_options(2));
  expect_success(forked([] {
    std::string text;
    ppatch_context_options options = cpu_options(2);
    options.log_user = &text;
    options.log = [](void* user, ppatch_log_level, const char* line) {
      *static_cast<std::string*>(user) += line;
    };
    make_context(options);
    EXPECT_NE(text.find("one thread"), std::string::npos) << text;
  }));
}

// Of memory that the parent made: nothing of it is given back twice or waited for.
TEST(Fork, AChildMayDestroyWhatTheParentMade) {
  if (!forks_beside_busy_threads) GTEST_SKIP() << locked_allocator;
  Random random = test_random("AChildMayDestroy");
  const Problem problem(64, 100, 12, random);
  ContextPointer context = make_context(cpu_options(thread_count));
  PlanPointer plan = make_plan(context, problem);
  Outputs outputs;
  ASSERT_EQ(problem.run(plan.get(), Operation::assemble, &outputs), PPATCH_OK);
  const BusyThreads busy(thread_count, context, problem);
  for (int round = 0; round < 4; ++round) {
    expect_success(forked([&] {
      Outputs again;
      EXPECT_EQ(problem.run(plan.get(), Operation::assemble, &again), PPATCH_OK);
      plan.reset();
      context.reset();
    }));
  }
}

}  // namespace
