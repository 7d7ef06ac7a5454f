// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ptychopatch/ptychopatch.h"

namespace ppatch {

// Bytes of an element, 0 for no dtype.
constexpr std::int64_t size_of(ppatch_dtype dtype) {
  switch (dtype) {
    case PPATCH_U8:
      return 1;
    case PPATCH_U16:
    case PPATCH_I16:
      return 2;
    case PPATCH_F32:
    case PPATCH_I32:
      return 4;
    case PPATCH_F64:
    case PPATCH_C64:
    case PPATCH_I64:
      return 8;
    case PPATCH_C128:
      return 16;
    default:
      return 0;
  }
}

}  // namespace ppatch
