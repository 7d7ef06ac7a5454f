// SPDX-License-Identifier: Apache-2.0
#define PPATCH_LOOPS_NAME loops_c128
#define PPATCH_LOOPS_PIXEL double, 2
#include "cpu/patches/patch_loops_unit.hpp"
