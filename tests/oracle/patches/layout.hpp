// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "ptychopatch/ptychopatch.h"

namespace oracle {

// How patches, or waves of `modes` modes, lie in a caller's array.
struct Layout {
  ppatch_layout kind;
  std::int64_t images;  // of the leading axis; 0: none
  std::int64_t positions;
  std::int64_t members;  // of a group
  std::int64_t modes;    // 0: no axis of modes
  std::int64_t height;
  std::int64_t width;
};

std::vector<std::int64_t> shape(const Layout& layout);

// Entry i: where the canonical (patch, mode, row, column) element i stands in C order of shape().
std::vector<std::int64_t> order(const Layout& layout);

}  // namespace oracle
