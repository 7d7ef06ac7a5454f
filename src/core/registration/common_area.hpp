// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ptychopatch/ptychopatch.h"

namespace ppatch {

// ppatch_common_area_of, its arguments checked.
void common_area(const std::int64_t* reference_shape, const std::int64_t* moving_shape,
                 const std::int64_t* shift, ppatch_common_area* area);

}  // namespace ppatch
