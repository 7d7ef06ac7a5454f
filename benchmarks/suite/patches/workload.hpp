// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "ptychopatch/ptychopatch.hpp"
#include "suite/patches/arrays.hpp"
#include "suite/patches/case.hpp"

namespace ptychopatch::bench {

// A case's plan, and its one call, again and again on the sets of arrays in turn.
class Workload {
 public:
  Workload(const Case& one, const Context& context, const std::vector<Arrays>& sets,
           const Gpu* gpu = nullptr);

  // On a card's arrays it is only enqueued.
  void run();
  const PatchPlan& plan() const { return plan_; }

 private:
  Operation operation_;
  Context context_;
  const std::vector<Arrays>& sets_;
  const Gpu* gpu_;
  ppatch_patch_options options_;
  std::size_t next_ = 0;
  PatchPlan plan_;
};

}  // namespace ptychopatch::bench
