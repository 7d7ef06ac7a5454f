// SPDX-License-Identifier: Apache-2.0
//
// Log, progress and cancelling.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "capi/problem.hpp"

namespace {

struct Log {
  std::vector<std::string> messages;
  std::vector<ppatch_log_level> levels;
  std::thread::id thread;

  static void write(void* self, ppatch_log_level level, const char* message) {
    auto* log = static_cast<Log*>(self);
    log->levels.push_back(level);
    log->messages.emplace_back(message);
    log->thread = std::this_thread::get_id();
  }
  bool holds(const std::string& text) const {
    for (const std::string& message : messages) {
      if (message.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

struct Progress {
  std::vector<double> fractions;
  std::size_t cancel_at = SIZE_MAX;  // the call that asks to stop
  std::thread::id thread;

  static std::int32_t report(void* self, double fraction) {
    auto* progress = static_cast<Progress*>(self);
    progress->fractions.push_back(fraction);
    progress->thread = std::this_thread::get_id();
    return progress->fractions.size() > progress->cancel_at ? 1 : 0;
  }
};

ppatch_context_options logging_options(Log* log, ppatch_log_level level) {
  ppatch_context_options options = cpu_options(2);
  options.log = &Log::write;
  options.log_user = log;
  options.log_level = level;
  return options;
}

class AlgorithmLog : public testing::Test {
 protected:
  void TearDown() override { unsetenv("PPATCH_ALGORITHM"); }

  // What the plan says it runs, after checking that the log says the same and nothing else.
  ppatch_algorithm algorithm_of(ppatch_algorithm asked) {
    Log log;
    Random random = test_random("AlgorithmLog");
    Problem problem(32, 5, 8, random);
    problem.options().algorithm = asked;
    const ContextPointer context = make_context(logging_options(&log, PPATCH_LOG_DEBUG));
    const PlanPointer plan = make_plan(context, problem);
    Outputs outputs;
    EXPECT_EQ(problem.run(plan.get(), Operation::kExtract, &outputs), PPATCH_OK);
    ppatch_patch_plan_info info = PPATCH_PATCH_PLAN_INFO_INIT;
    EXPECT_EQ(ppatch_patch_plan_get_info(plan.get(), &info), PPATCH_OK);
    const bool iterative = info.algorithm == PPATCH_ALGORITHM_ITERATIVE;
    EXPECT_TRUE(iterative || info.algorithm == PPATCH_ALGORITHM_BATCHED);
    EXPECT_TRUE(log.holds(iterative ? "iterative" : "batched"));
    EXPECT_FALSE(log.holds(iterative ? "batched" : "iterative"));
    EXPECT_EQ(log.thread, std::this_thread::get_id());
    return info.algorithm;
  }
};

TEST_F(AlgorithmLog, BatchedByDefault) {
  EXPECT_EQ(algorithm_of(PPATCH_ALGORITHM_AUTO), PPATCH_ALGORITHM_BATCHED);
}

TEST_F(AlgorithmLog, OptionChooses) {
  EXPECT_EQ(algorithm_of(PPATCH_ALGORITHM_ITERATIVE), PPATCH_ALGORITHM_ITERATIVE);
  EXPECT_EQ(algorithm_of(PPATCH_ALGORITHM_BATCHED), PPATCH_ALGORITHM_BATCHED);
}

TEST_F(AlgorithmLog, EnvironmentChoosesWhereTheOptionDoesNot) {
  setenv("PPATCH_ALGORITHM", "iterative", 1);
  EXPECT_EQ(algorithm_of(PPATCH_ALGORITHM_AUTO), PPATCH_ALGORITHM_ITERATIVE);
  EXPECT_EQ(algorithm_of(PPATCH_ALGORITHM_BATCHED), PPATCH_ALGORITHM_BATCHED);
  setenv("PPATCH_ALGORITHM", "batched", 1);
  EXPECT_EQ(algorithm_of(PPATCH_ALGORITHM_AUTO), PPATCH_ALGORITHM_BATCHED);
  EXPECT_EQ(algorithm_of(PPATCH_ALGORITHM_ITERATIVE), PPATCH_ALGORITHM_ITERATIVE);
}

TEST_F(AlgorithmLog, EqualBits) {
  Random random = test_random("EqualBits");
  Problem problem(40, 23, 8, random);
  const ContextPointer context = make_context(cpu_options(2));
  for (const Operation operation : kAllOperations) {
    Outputs batched;
    Outputs iterative;
    problem.options().algorithm = PPATCH_ALGORITHM_BATCHED;
    ASSERT_EQ(problem.run(make_plan(context, problem).get(), operation, &batched), PPATCH_OK);
    problem.options().algorithm = PPATCH_ALGORITHM_ITERATIVE;
    ASSERT_EQ(problem.run(make_plan(context, problem).get(), operation, &iterative), PPATCH_OK);
    EXPECT_TRUE(batched.same_bits(iterative)) << name_of(operation) << ", " << seed_note();
  }
}

TEST(LogLevel, HoldsBackWhatIsBelow) {
  Random random = test_random("LogLevel");
  const Problem problem(32, 5, 8, random);
  for (const ppatch_log_level level : {PPATCH_LOG_DEBUG, PPATCH_LOG_INFO, PPATCH_LOG_WARNING}) {
    Log log;
    const ContextPointer context = make_context(logging_options(&log, level));
    make_plan(context, problem);
    for (const ppatch_log_level seen : log.levels) EXPECT_GE(seen, level);
    EXPECT_EQ(log.messages.empty(), level == PPATCH_LOG_WARNING);
  }
  Log by_default;
  const ContextPointer context = make_context(logging_options(&by_default, 0));
  make_plan(context, problem);
  EXPECT_TRUE(by_default.holds("batched"));
}

// Enough work, under a small budget, for several chunks.
class ProgressTest : public testing::TestWithParam<ppatch_algorithm> {
 protected:
  ProgressTest() : random_(test_random("ProgressTest")), problem_(96, 400, 16, random_) {
    problem_.options().algorithm = GetParam();
    options_ = cpu_options(2);
    options_.progress = &Progress::report;
    options_.progress_user = &progress_;
  }

  Random random_;
  Problem problem_;
  Progress progress_;
  ppatch_context_options options_;
};

TEST_P(ProgressTest, GrowsFromZeroToOne) {
  const ContextPointer context = make_context(options_);
  const PlanPointer plan = make_plan(context, problem_);
  for (const Operation operation : kAllOperations) {
    SCOPED_TRACE(name_of(operation));
    progress_.fractions.clear();
    Outputs outputs;
    ASSERT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_OK);
    ASSERT_FALSE(progress_.fractions.empty());
    double before = 0.0;
    for (const double fraction : progress_.fractions) {
      EXPECT_GE(fraction, before);
      EXPECT_LE(fraction, 1.0);
      before = fraction;
    }
    EXPECT_EQ(progress_.fractions.back(), 1.0);
    EXPECT_EQ(progress_.thread, std::this_thread::get_id());
  }
}

TEST_P(ProgressTest, CancelsAtAnyReportAndThePlanLivesOn) {
  const ContextPointer plain = make_context(cpu_options(2));
  const PlanPointer reference_plan = make_plan(plain, problem_);
  const ContextPointer context = make_context(options_);
  const PlanPointer plan = make_plan(context, problem_);
  for (const Operation operation : kAllOperations) {
    SCOPED_TRACE(name_of(operation));
    Outputs reference;
    ASSERT_EQ(problem_.run(reference_plan.get(), operation, &reference), PPATCH_OK);
    std::size_t cancelled_inside = 0;
    for (std::size_t at = 0;; ++at) {
      progress_.fractions.clear();
      progress_.cancel_at = at;
      Outputs outputs;
      const ppatch_status status = problem_.run(plan.get(), operation, &outputs);
      if (progress_.fractions.size() <= at) {
        EXPECT_EQ(status, PPATCH_OK);
        EXPECT_TRUE(outputs.same_bits(reference)) << seed_note();
        break;
      }
      EXPECT_EQ(status, PPATCH_ERROR_CANCELLED);
      EXPECT_EQ(progress_.fractions.size(), at + 1) << "went on after it was cancelled";
      EXPECT_NE(std::string(ppatch_last_error()).find("cancel"), std::string::npos);
      const double fraction = progress_.fractions.back();
      cancelled_inside += fraction > 0.0 && fraction < 1.0;
      progress_.cancel_at = SIZE_MAX;
      ASSERT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_OK) << ppatch_last_error();
      EXPECT_TRUE(outputs.same_bits(reference))
          << "cancelled at " << fraction << ", " << seed_note();
      if (at >= 12) break;
    }
    EXPECT_GT(cancelled_inside, 0U) << "never asked between the beginning and the end";
  }
}

INSTANTIATE_TEST_SUITE_P(Algorithms, ProgressTest,
                         testing::Values<ppatch_algorithm>(PPATCH_ALGORITHM_BATCHED,
                                                           PPATCH_ALGORITHM_ITERATIVE),
                         [](const auto& tested) {
                           return tested.param == PPATCH_ALGORITHM_BATCHED ? "batched"
                                                                           : "iterative";
                         });

}  // namespace
