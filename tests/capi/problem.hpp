// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

#include "oracle/seed.hpp"
#include "ptychopatch/ptychopatch.hpp"

enum class Operation {
  extract,
  adjoint,
  assemble,
  solve,
  position_gradient,
  position_normal,
  probe_extract,
  probe_adjoint_image,
  probe_adjoint_probe
};

inline constexpr Operation all_operations[] = {Operation::extract,
                                               Operation::adjoint,
                                               Operation::assemble,
                                               Operation::solve,
                                               Operation::position_gradient,
                                               Operation::position_normal,
                                               Operation::probe_extract,
                                               Operation::probe_adjoint_image,
                                               Operation::probe_adjoint_probe};

const char* name_of(Operation operation);

// What an operation wrote: its main output and its second one where it has one.
struct Outputs {
  std::vector<std::complex<double>> main;
  std::vector<double> real;
  bool same_bits(const Outputs& other) const;
};

struct Call {
  Operation operation;
  ppatch_array arrays[5];
  ppatch_status operator()(ppatch_patch_plan* plan) const;
};

// Random complex128 inputs for every operation, up to `scale`, and the options to make a plan for
// them.
class Problem {
 public:
  Problem(std::int64_t size, std::int64_t count, std::int64_t patch, Random& random,
          double scale = 1.0);

  const ppatch_patch_options& options() const { return options_; }
  ppatch_patch_options& options() { return options_; }
  std::int64_t count() const { return count_; }
  ppatch_array positions() const { return ptychopatch::array(where_.data(), {count_, 2}); }

  // Poisons outputs and says how to call the operation on them; the call itself allocates nothing.
  Call prepare(Operation operation, Outputs* outputs) const;

  ppatch_status run(ppatch_patch_plan* plan, Operation operation, Outputs* outputs) const {
    return prepare(operation, outputs)(plan);
  }

 private:
  using Values = std::vector<std::complex<double>>;

  std::int64_t size_;
  std::int64_t count_;
  std::int64_t patch_;
  ppatch_patch_options options_;
  std::vector<double> where_;
  Values image_;
  Values patches_;
  Values probe_;
  Values waves_;
};

struct DestroyContext {
  void operator()(ppatch_context* context) const { ppatch_context_destroy(context); }
};
struct DestroyPlan {
  void operator()(ppatch_patch_plan* plan) const { ppatch_patch_plan_destroy(plan); }
};
using ContextPointer = std::unique_ptr<ppatch_context, DestroyContext>;
using PlanPointer = std::unique_ptr<ppatch_patch_plan, DestroyPlan>;

ppatch_context_options cpu_options(std::int32_t threads);

// Both fail the running test where the call fails.
ContextPointer make_context(const ppatch_context_options& options);
PlanPointer make_plan(const ContextPointer& context, const Problem& problem);
