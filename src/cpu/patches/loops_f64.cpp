// SPDX-License-Identifier: Apache-2.0
#define PPATCH_LOOPS_NAME loops_f64
#define PPATCH_LOOPS_PIXEL double, 1
#include "cpu/patches/patch_loops_unit.hpp"
