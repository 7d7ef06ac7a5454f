// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_PATCHES_PATCH_SETTINGS_HPP_
#define PTYCHOPATCH_CORE_PATCHES_PATCH_SETTINGS_HPP_

#include "core/backend.hpp"

namespace ppatch {

// The caller's options, checked, with defaults and PPATCH_ALGORITHM filled in. position_count: what
// the plan starts with, the least capacity.
PatchSettings read_patch_settings(const ppatch_patch_options* options, std::int64_t position_count);

Layout read_patch_layout(const ppatch_patch_options* options);

}  // namespace ppatch

#endif  // PTYCHOPATCH_CORE_PATCHES_PATCH_SETTINGS_HPP_
