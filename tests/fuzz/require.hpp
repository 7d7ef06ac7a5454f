// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_TESTS_FUZZ_REQUIRE_HPP_
#define PTYCHOPATCH_TESTS_FUZZ_REQUIRE_HPP_

#include <cstdlib>

// Ends the fuzzer with what it was given, where something does not hold.
inline void require(bool holds) {
  if (!holds) std::abort();
}

#endif  // PTYCHOPATCH_TESTS_FUZZ_REQUIRE_HPP_
