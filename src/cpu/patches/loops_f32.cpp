// SPDX-License-Identifier: Apache-2.0
#define PPATCH_LOOPS_NAME loops_f32
#define PPATCH_LOOPS_PIXEL float, 1
#include "cpu/patches/patch_loops_unit.hpp"
