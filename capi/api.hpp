// SPDX-License-Identifier: Apache-2.0
#pragma once

// The public header as the library itself sees it: its functions are exported, all else is hidden.
#pragma GCC visibility push(default)
#include "ptychopatch/ptychopatch.h"
#pragma GCC visibility pop

#include "capi/guard.hpp"
