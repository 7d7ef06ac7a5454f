// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_MATH_DIVISION_HPP_
#define PTYCHOPATCH_MATH_DIVISION_HPP_

#include <cstdint>

#include "math/hd.hpp"

namespace ppatch {

struct Division {
  std::int64_t quotient, remainder;
};

// a / b and a % b for numbers that are not negative. A device has no instruction for either.
PPATCH_HD_CALLED Division divide(std::int64_t a, std::int64_t b) {
  if ((a | b) >> 32 == 0) {
    const auto low_a = static_cast<std::uint32_t>(a);
    const auto low_b = static_cast<std::uint32_t>(b);
    return {low_a / low_b, low_a % low_b};
  }
  return {a / b, a % b};
}

}  // namespace ppatch

#endif  // PTYCHOPATCH_MATH_DIVISION_HPP_
