// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cuda/runtime/machine.hpp"

namespace ppatch {

// On the device; the machine outlives them. Arrays on the host are copied within the budget, and
// every call takes and gives back its own memory.
std::unique_ptr<PairOperators> make_pair_operators(const Machine& machine);

}  // namespace ppatch
