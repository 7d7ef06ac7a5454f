// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

namespace ppatch {

struct Division {
  std::int64_t quotient, remainder;
};

// a / b for numbers that are not negative. A device has no instruction for it.
PPATCH_HD_CALLED std::int64_t quotient_of(std::int64_t a, std::int64_t b) {
  if ((a | b) >> 32 == 0) return static_cast<std::uint32_t>(a) / static_cast<std::uint32_t>(b);
  return a / b;
}

PPATCH_HD Division divide(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = quotient_of(a, b);
  return {quotient, a - quotient * b};
}

}  // namespace ppatch
