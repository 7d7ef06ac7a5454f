// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/backend.hpp"
#include "cpu/fft/fft.hpp"
#include "cpu/patches/patch_loops.hpp"
#include "cpu/threads/arena.hpp"

namespace ppatch {

// What plans with a shifted probe run on. arena: the calling thread's where the algorithm is
// iterative.
struct ShiftMachine {
  const Arena& arena;
  const PatchLoopTable& loops;
  const FftProvider& fft;
  const BackendSettings& backend;
};

// Throws OUT_OF_MEMORY, naming the least budget, where the budget is too small.
std::uint64_t shifted_engine_bytes(const PatchSettings& settings, const ShiftMachine& machine);
std::unique_ptr<PatchEngine> make_shifted_engine(const PatchSettings& settings,
                                                 const ShiftMachine& machine);

}  // namespace ppatch
