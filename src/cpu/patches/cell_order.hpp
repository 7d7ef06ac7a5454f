// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernels/patches/patch_problem.hpp"

namespace ppatch {

// Writes the patches' numbers to order, sorted by cells of about half a patch, row by row, so that
// patches worked one after the other read image rows that are still in the cache. A counting sort
// with the counters given; where these are few, cells are larger.
void sort_by_cell(const PatchProblem& problem, std::span<std::int64_t> counters,
                  std::uint32_t* order);

}  // namespace ppatch
