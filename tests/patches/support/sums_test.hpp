// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/check.hpp"
#include "support/job.hpp"

// What the suites of adjoints share: random cases of one kind, and sums that are written and added.
class SumsTest : public testing::TestWithParam<Kind> {
 protected:
  struct Wanted {
    Values image;
    double image_scale = 0;  // the largest sum of absolute terms
    Values coverage;
    double coverage_scale = 0;
  };

  static void run(int count, const std::function<void(const Case&)>& body);

  // over: what PPATCH_ADJOINT_OVERWRITE gave; more: what PPATCH_ADJOINT_ACCUMULATE added to what
  // was there.
  static void expect_sums(const Job::Sums& over, const Job::Sums& more, const Wanted& wanted,
                          double limit);
};
