// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/backend.hpp"
#include "cpu/patches/normal_equations.hpp"

namespace ppatch {

// What a solver works with.
struct SolveMachine {
  const Arena* arena = nullptr;
  const SolveLoopTable* loops = nullptr;
  const BackendSettings* backend = nullptr;
};

// Bytes that solve_patches takes for images of a dtype.
std::uint64_t solve_bytes(const PatchSettings& settings, const ImageView& image, int threads);

// Solves one image after the other. `held`: bytes of the budget that are taken.
SolveAnswer solve_patches(const PatchSettings& settings, const PatchProblem& problem,
                          const PatchSolve& job, const SolveMachine& machine, std::uint64_t held);

}  // namespace ppatch
