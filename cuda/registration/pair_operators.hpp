// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "cuda/runtime/call_memory.hpp"

namespace ppatch {

// What calls of pair operators work with: a stream, and memory that stays for the next call. Calls
// at the same time have one each.
class PairMachine {
 public:
  explicit PairMachine(const Machine& machine) : machine_(machine) {}
  PairMachine(const PairMachine&) = delete;
  PairMachine& operator=(const PairMachine&) = delete;
  ~PairMachine();

  struct Workspace {
    explicit Workspace(const Machine& machine);
    PlanStream stream;
    CallMemory memory;
  };
  const Machine& machine() const { return machine_; }
  // The device is selected.
  std::unique_ptr<Workspace> take() const;
  void give_back(std::unique_ptr<Workspace> space) const;

 private:
  const Machine& machine_;
  mutable std::mutex guard_;
  mutable std::vector<std::unique_ptr<Workspace>> idle_;
};

// On the device; the machine outlives them. Arrays on the host are copied within the budget.
std::unique_ptr<PairOperators> make_pair_operators(const PairMachine& machine);

}  // namespace ppatch
