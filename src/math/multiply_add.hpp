// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "math/hd.hpp"

namespace ppatch {

// a b + c, rounded once, on every machine and backend: where the processor has no such instruction,
// the C library computes it.
PPATCH_HD float multiply_add(float a, float b, float c) { return std::fma(a, b, c); }
PPATCH_HD double multiply_add(double a, double b, double c) { return std::fma(a, b, c); }

}  // namespace ppatch
