// SPDX-License-Identifier: Apache-2.0
#include "formats/tike_input.hpp"

#include "formats/columns.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::formats {

TikeInput::TikeInput(std::unique_ptr<ArrayStore> store)
    : StoreInput(std::move(store), "tike",
                 {PPATCH_ANCHOR_CORNER, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW},
                 "tike scan: positions are patch corners (row, column)") {}

bool TikeInput::recognises(const ArrayStore& store) {
  return store.has("scan") && store.has("probe");
}

NamedArray TikeInput::image() const {
  throw FormatError(store().source("scan") +
                    ": a tike scan holds no object; name an image with --image");
}

NamedArray TikeInput::positions() const {
  return {without_single_axes(store().read("scan")), store().source("scan")};
}

Placement TikeInput::placement() const {
  Placement placement;
  placement.origin.kind = Origin::Kind::kFit;
  placement.origin_source = "a scan without its object is laid on the image's middle";
  return placement;
}

}  // namespace ptychopatch::formats
