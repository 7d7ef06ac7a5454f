// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/backend.hpp"

namespace ppatch {

// The caller's options, checked, with defaults and PPATCH_ALGORITHM filled in. position_count: what
// the plan starts with, the least capacity.
PatchSettings read_patch_settings(const ppatch_patch_options* options, std::int64_t position_count);

Layout read_patch_layout(const ppatch_patch_options* options);

}  // namespace ppatch
