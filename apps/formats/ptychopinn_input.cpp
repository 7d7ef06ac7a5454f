// SPDX-License-Identifier: Apache-2.0
#include "formats/columns.hpp"
#include "formats/layouts.hpp"

namespace ptychopatch::formats {

Layout ptychopinn_layout(const ArrayStore& store) {
  Layout layout{"ptychopinn",
                "PtychoPINN scan: positions are patch centres (xcoords, ycoords)",
                {PPATCH_ANCHOR_HALF, PPATCH_AXES_XY, PPATCH_SIGN_WINDOW},
                [&] {
                  return NamedArray{store.read("objectGuess"), store.source("objectGuess")};
                },
                [&] { return two_columns(store, "xcoords", "ycoords"); }};
  if (store.has("xcoords_start") && store.has("ycoords_start")) {
    layout.start_positions = [&] { return two_columns(store, "xcoords_start", "ycoords_start"); };
  }
  return layout;
}

std::optional<Layout> find_ptychopinn(const ArrayStore& store) {
  for (const char* key : {"objectGuess", "xcoords", "ycoords"}) {
    if (!store.has(key)) return std::nullopt;
  }
  return ptychopinn_layout(store);
}

}  // namespace ptychopatch::formats
