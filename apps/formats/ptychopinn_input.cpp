// SPDX-License-Identifier: Apache-2.0
#include "formats/ptychopinn_input.hpp"

#include "formats/columns.hpp"

namespace ptychopatch::formats {
namespace {

constexpr const char* kObject = "objectGuess";
constexpr const char* kX = "xcoords";
constexpr const char* kY = "ycoords";

}  // namespace

bool PtychoPinnInput::recognises(const ArrayStore& store) {
  return store.has(kObject) && store.has(kX) && store.has(kY);
}

NamedArray PtychoPinnInput::image() const {
  return {store_->read(kObject), store_->source(kObject)};
}

NamedArray PtychoPinnInput::positions() const { return two_columns(*store_, kX, kY); }

}  // namespace ptychopatch::formats
