// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/enums.hpp"
#include "ptychopatch/ptychopatch.h"

// What several families read of the caller's options.
namespace ppatch {

static_assert(static_cast<int>(Interpolation::lanczos3) == PPATCH_INTERPOLATION_LANCZOS3);
static_assert(static_cast<int>(Interpolation::bicubic) == PPATCH_INTERPOLATION_BICUBIC);
static_assert(static_cast<int>(Interpolation::nearest) == PPATCH_INTERPOLATION_NEAREST);
static_assert(static_cast<int>(Boundary::constant) == PPATCH_BOUNDARY_CONSTANT);
static_assert(static_cast<int>(Boundary::edge) == PPATCH_BOUNDARY_EDGE);
static_assert(static_cast<int>(Boundary::reflect) == PPATCH_BOUNDARY_REFLECT);
static_assert(static_cast<int>(Boundary::wrap) == PPATCH_BOUNDARY_WRAP);

}  // namespace ppatch
