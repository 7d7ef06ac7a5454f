// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/error.hpp"

namespace ppatch {

// Throws OUT_OF_MEMORY where a plan that needs at least so many bytes does not fit its budget.
inline void require_budget(std::uint64_t least, std::uint64_t budget) {
  if (least > budget) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "the memory budget of ", budget,
         " bytes is too small for this plan: it needs at least ", least, " bytes");
  }
}

}  // namespace ppatch
