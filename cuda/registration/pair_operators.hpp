// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_REGISTRATION_PAIR_OPERATORS_HPP_
#define PTYCHOPATCH_CUDA_REGISTRATION_PAIR_OPERATORS_HPP_

#include <memory>

#include "cuda/runtime/machine.hpp"

namespace ppatch {

// On the device; the machine outlives them. Arrays on the host are copied within the budget, and
// every call takes and gives back its own memory.
std::unique_ptr<PairOperators> make_pair_operators(const Machine& machine);

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_REGISTRATION_PAIR_OPERATORS_HPP_
