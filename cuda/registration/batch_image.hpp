// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/registration/shift_answer.hpp"
#include "core/registration/shift_rounds.hpp"

namespace ppatch {

// An image of the batch under way.
struct BatchImage {
  ppatch_shift result;
  double start[2];  // samples of the scale that is next
  ShiftSearch search;
  Window window;  // that its spectrum has been laid in; 0 x 0: none
};

// Some of a batch, by their numbers.
using ImageNumbers = std::vector<std::int64_t>;

}  // namespace ppatch
