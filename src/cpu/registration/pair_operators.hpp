// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/backend.hpp"
#include "cpu/registration/pair_loops.hpp"
#include "cpu/threads/arena.hpp"

namespace ppatch {

// What pair operators run on; it outlives them.
struct PairMachine {
  const Arena& arena;
  const Allocator& allocator;
  const PairLoops& loops;
};

std::unique_ptr<PairOperators> make_pair_operators(const PairMachine& machine);

}  // namespace ppatch
