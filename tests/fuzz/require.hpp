// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

// Ends the fuzzer with what it was given, where something does not hold.
inline void require(bool holds) {
  if (!holds) std::abort();
}
