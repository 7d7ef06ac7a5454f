// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/layout.hpp"

#include <algorithm>

namespace oracle {

std::vector<std::int64_t> shape(const Layout& layout) {
  std::vector<std::int64_t> out;
  const std::int64_t groups = layout.positions / layout.members;
  if (layout.images) out.push_back(layout.images);
  out.push_back(layout.kind == PPATCH_LAYOUT_FLAT ? layout.positions : groups);
  if (layout.kind == PPATCH_LAYOUT_CHANNEL_FIRST) out.push_back(layout.members);
  if (layout.modes) out.push_back(layout.modes);
  out.push_back(layout.height);
  out.push_back(layout.width);
  if (layout.kind == PPATCH_LAYOUT_CHANNEL_LAST) out.push_back(layout.members);
  return out;
}

std::vector<std::int64_t> order(const Layout& layout) {
  std::vector<std::int64_t> out;
  const std::int64_t modes = std::max<std::int64_t>(layout.modes, 1);
  const std::int64_t patches = std::max<std::int64_t>(layout.images, 1) * layout.positions;
  for (std::int64_t patch = 0; patch < patches; ++patch) {
    for (std::int64_t mode = 0; mode < modes; ++mode) {
      for (std::int64_t r = 0; r < layout.height; ++r) {
        for (std::int64_t q = 0; q < layout.width; ++q) {
          if (layout.kind != PPATCH_LAYOUT_CHANNEL_LAST) {
            out.push_back(static_cast<std::int64_t>(out.size()));
            continue;
          }
          const std::int64_t group = patch / layout.members;
          const std::int64_t member = patch % layout.members;
          out.push_back((((group * modes + mode) * layout.height + r) * layout.width + q) *
                            layout.members +
                        member);
        }
      }
    }
  }
  return out;
}

}  // namespace oracle
