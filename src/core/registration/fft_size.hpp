// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ppatch {

// The smallest product of 2, 3 and 5 that is at least n.
std::int64_t good_fft_size(std::int64_t n);

}  // namespace ppatch
