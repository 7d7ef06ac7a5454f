// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The program's own global operator new and delete (new_hook.cpp): they count, and fail on request.
// The library's calls come here too.
namespace new_hook {

// The call-th allocation of any thread from now on fails, counted from 1, and with `onwards` every
// later one; disarm ends it and says whether one failed.
void arm(std::int64_t call, bool onwards);
bool disarm();

// Blocks that are not yet deleted.
std::int64_t live_blocks();

}  // namespace new_hook
