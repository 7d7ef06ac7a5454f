// SPDX-License-Identifier: Apache-2.0
//
// Log, progress and cancelling.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
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
    const ContextPointer context = make_context(logging_options(&log, PPATCH_LOG_LEVEL_DEBUG));
    const PlanPointer plan = make_plan(context, problem);
    Outputs outputs;
    EXPECT_EQ(problem.run(plan.get(), Operation::extract, &outputs), PPATCH_OK);
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
  for (const Operation operation : all_operations) {
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
  for (const ppatch_log_level level :
       {PPATCH_LOG_LEVEL_DEBUG, PPATCH_LOG_LEVEL_INFO, PPATCH_LOG_LEVEL_WARNING}) {
    Log log;
    const ContextPointer context = make_context(logging_options(&log, level));
    make_plan(context, problem);
    for (const ppatch_log_level seen : log.levels) EXPECT_GE(seen, level);
    EXPECT_EQ(log.messages.empty(), level == PPATCH_LOG_LEVEL_WARNING);
  }
  Log by_default;
  const ContextPointer context = make_context(logging_options(&by_default, 0));
  make_plan(context, problem);
  EXPECT_TRUE(by_default.holds("batched"));
}

// Work of several chunks: progress is told, and a cancel heard, between them.
struct Work {
  const char* name;
  ppatch_algorithm algorithm;
  std::int64_t image, count, patch;
  ppatch_subpixel subpixel = PPATCH_SUBPIXEL_OBJECT;
  std::uint64_t budget = 256 << 10;
};

void PrintTo(const Work& work, std::ostream* out) { *out << work.name; }

class ProgressTest : public testing::TestWithParam<Work> {
 protected:
  ProgressTest()
      : random_(test_random("ProgressTest")),
        problem_(GetParam().image, GetParam().count, GetParam().patch, random_),
        options_(cpu_options(2)) {
    problem_.options().algorithm = GetParam().algorithm;
    problem_.options().subpixel = GetParam().subpixel;
    options_.memory_budget = GetParam().budget;
    options_.progress = &Progress::report;
    options_.progress_user = &progress_;
  }

  // Least squares needs an image's memory besides.
  const PlanPointer& plan_for(Operation operation) {
    if (operation != Operation::solve) {
      if (!plan_) plan_ = make_plan(make_context(options_), problem_);
      return plan_;
    }
    ppatch_context_options roomy = options_;
    roomy.memory_budget = 0;
    if (!roomy_plan_) roomy_plan_ = make_plan(make_context(roomy), problem_);
    return roomy_plan_;
  }

  Random random_;
  Problem problem_;
  Progress progress_;
  ppatch_context_options options_;
  PlanPointer plan_, roomy_plan_;
};

TEST_P(ProgressTest, GrowsFromZeroToOne) {
  for (const Operation operation : all_operations) {
    SCOPED_TRACE(name_of(operation));
    const PlanPointer& plan = plan_for(operation);
    progress_.fractions.clear();
    Outputs outputs;
    ASSERT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_OK);
    ASSERT_FALSE(progress_.fractions.empty());
    EXPECT_EQ(progress_.fractions.front(), 0.0);
    EXPECT_EQ(progress_.fractions.back(), 1.0);
    EXPECT_TRUE(std::is_sorted(progress_.fractions.begin(), progress_.fractions.end()));
    EXPECT_GT(progress_.fractions.size(), 2U) << "nothing between the beginning and the end";
    EXPECT_EQ(progress_.thread, std::this_thread::get_id());
  }
}

TEST_P(ProgressTest, CancelsAtAReportAndThePlanLivesOn) {
  for (const Operation operation : all_operations) {
    SCOPED_TRACE(name_of(operation));
    const PlanPointer& plan = plan_for(operation);
    Outputs reference;
    ASSERT_EQ(problem_.run(plan.get(), operation, &reference), PPATCH_OK);
    for (const std::size_t at : {0, 1}) {
      progress_.fractions.clear();
      progress_.cancel_at = at;
      Outputs outputs;
      EXPECT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_ERROR_CANCELLED);
      EXPECT_EQ(progress_.fractions.size(), at + 1) << "went on after it was cancelled";
      EXPECT_LT(progress_.fractions.back(), 1.0);
      EXPECT_EQ(progress_.fractions.back() > 0.0, at > 0);
      EXPECT_NE(std::string(ppatch_last_error()).find("cancel"), std::string::npos);
      progress_.cancel_at = SIZE_MAX;
      ASSERT_EQ(problem_.run(plan.get(), operation, &outputs), PPATCH_OK) << ppatch_last_error();
      EXPECT_TRUE(outputs.same_bits(reference))
          << "cancelled at report " << at << ", " << seed_note();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Algorithms, ProgressTest,
                         testing::Values(Work{"batched", PPATCH_ALGORITHM_BATCHED, 400, 700, 60},
                                         Work{"iterative", PPATCH_ALGORITHM_ITERATIVE, 48, 30, 8},
                                         Work{"shifted", PPATCH_ALGORITHM_BATCHED, 400, 700, 60,
                                              PPATCH_SUBPIXEL_PROBE, 2 << 20}),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
