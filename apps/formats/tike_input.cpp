// SPDX-License-Identifier: Apache-2.0
#include "formats/columns.hpp"
#include "formats/layouts.hpp"

namespace ptychopatch::formats {

std::optional<Layout> find_tike(const ArrayStore& store) {
  if (!store.has("scan") || !store.has("probe")) return std::nullopt;
  return Layout{"tike",
                "tike scan: positions are patch corners (row, column)",
                {PPATCH_ANCHOR_CORNER, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW},
                [&]() -> NamedArray {
                  throw FormatError(store.source("scan") +
                                    ": a tike scan holds no object; name an image with --image");
                },
                [&] { return read_object(store, "scan"); },
                [] {
                  Placement placement;
                  placement.origin.kind = Origin::Kind::kFit;
                  placement.origin_source =
                      "a scan without its object is laid on the image's middle";
                  return placement;
                }};
}

}  // namespace ptychopatch::formats
