// SPDX-License-Identifier: Apache-2.0
//
// Which algorithm runs: the option, else the environment, else batched; and the log says so.
#include <gtest/gtest.h>

#include <cstdlib>

#include "oracle/test_backend.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using ptychopatch::array;
using testing::IsSubstring;

class Algorithm : public testing::Test {
 protected:
  ~Algorithm() override { unsetenv("PPATCH_ALGORITHM"); }

  // What ran, by info; what the log said is in log_.
  ppatch_algorithm ran(ppatch_algorithm asked) {
    log_.clear();
    ppatch_context_options context_options = ptychopatch::context_options();
    context_options.backend = test_backend();
    context_options.log_user = &log_;
    context_options.log = [](void* user, ppatch_log_level, const char* message) {
      *static_cast<std::string*>(user) += message;
    };
    const ptychopatch::Context context(context_options);
    ppatch_patch_options options = ptychopatch::patch_options(1, 1);
    options.algorithm = asked;
    const double position[] = {0, 0};
    ptychopatch::PatchPlan plan(context, array(position, {1, 2}), options);
    const double image = 3;
    double patch = -7;
    plan.extract(array(&image, {1, 1}), array(&patch, {1, 1, 1}));
    EXPECT_EQ(patch, 3);
    return plan.info().algorithm;
  }

  std::string log_;
};

TEST_F(Algorithm, IsBatchedByDefault) {
  unsetenv("PPATCH_ALGORITHM");
  EXPECT_EQ(ran(PPATCH_ALGORITHM_AUTO), PPATCH_ALGORITHM_BATCHED);
  EXPECT_PRED_FORMAT2(IsSubstring, "batched", log_);
}

TEST_F(Algorithm, IsWhatTheEnvironmentSays) {
  setenv("PPATCH_ALGORITHM", "iterative", 1);
  EXPECT_EQ(ran(PPATCH_ALGORITHM_AUTO), PPATCH_ALGORITHM_ITERATIVE);
  EXPECT_PRED_FORMAT2(IsSubstring, "iterative", log_);
  setenv("PPATCH_ALGORITHM", "batched", 1);
  EXPECT_EQ(ran(PPATCH_ALGORITHM_AUTO), PPATCH_ALGORITHM_BATCHED);
}

TEST_F(Algorithm, IsTheOptionFirst) {
  setenv("PPATCH_ALGORITHM", "iterative", 1);
  EXPECT_EQ(ran(PPATCH_ALGORITHM_BATCHED), PPATCH_ALGORITHM_BATCHED);
  EXPECT_PRED_FORMAT2(IsSubstring, "batched", log_);
  setenv("PPATCH_ALGORITHM", "batched", 1);
  EXPECT_EQ(ran(PPATCH_ALGORITHM_ITERATIVE), PPATCH_ALGORITHM_ITERATIVE);
  EXPECT_PRED_FORMAT2(IsSubstring, "iterative", log_);
}

}  // namespace
