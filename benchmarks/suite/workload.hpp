// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BENCHMARKS_SUITE_WORKLOAD_HPP_
#define PTYCHOPATCH_BENCHMARKS_SUITE_WORKLOAD_HPP_

#include "ptychopatch/ptychopatch.hpp"
#include "suite/arrays.hpp"
#include "suite/case.hpp"

namespace ptychopatch::bench {

// A case's plan, and its one call, again and again on the same arrays.
class Workload {
 public:
  Workload(const Case& one, const Context& context, Arrays& arrays);

  void run();
  const PatchPlan& plan() const { return plan_; }

 private:
  Operation operation_;
  Context context_;
  Arrays& arrays_;
  PatchPlan plan_;
};

}  // namespace ptychopatch::bench

#endif  // PTYCHOPATCH_BENCHMARKS_SUITE_WORKLOAD_HPP_
