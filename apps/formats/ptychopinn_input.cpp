// SPDX-License-Identifier: Apache-2.0
#include "formats/ptychopinn_input.hpp"

#include "formats/columns.hpp"

namespace ptychopatch::formats {
namespace {

constexpr const char* kObject = "objectGuess";
constexpr const char* kX = "xcoords";
constexpr const char* kY = "ycoords";
constexpr const char* kStartX = "xcoords_start";
constexpr const char* kStartY = "ycoords_start";

}  // namespace

PtychoPinnInput::PtychoPinnInput(std::unique_ptr<ArrayStore> store)
    : StoreInput(std::move(store), "ptychopinn",
                 {PPATCH_ANCHOR_HALF, PPATCH_AXES_XY, PPATCH_SIGN_WINDOW},
                 "PtychoPINN scan: positions are patch centres (xcoords, ycoords)") {}

bool PtychoPinnInput::recognises(const ArrayStore& store) {
  return store.has(kObject) && store.has(kX) && store.has(kY);
}

NamedArray PtychoPinnInput::image() const {
  return {store().read(kObject), store().source(kObject)};
}

NamedArray PtychoPinnInput::positions() const { return two_columns(store(), kX, kY); }

std::optional<NamedArray> PtychoPinnInput::start_positions() const {
  if (!store().has(kStartX) || !store().has(kStartY)) return std::nullopt;
  return two_columns(store(), kStartX, kStartY);
}

}  // namespace ptychopatch::formats
