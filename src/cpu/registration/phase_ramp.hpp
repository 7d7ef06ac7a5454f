// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/phase.hpp"

namespace ppatch {

// The weights of a Hann window of n samples, sin^2(pi (k + 1/2) / n), for first <= k < end.
template <class Each>
void for_hann(std::int64_t n, std::int64_t first, std::int64_t end, Each&& each) {
  const auto size = static_cast<double>(n);
  for_phases(1.0 / size, 0.5 / size, first, end,
             [&](std::int64_t k, double cosine, double) { each(k, 0.5 - 0.5 * cosine); });
}

}  // namespace ppatch
