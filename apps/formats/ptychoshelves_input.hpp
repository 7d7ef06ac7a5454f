// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_PTYCHOSHELVES_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_PTYCHOSHELVES_INPUT_HPP_

#include "formats/array_store.hpp"
#include "formats/scan_input.hpp"

namespace ptychopatch::formats {

// A reconstruction of PtychoShelves or fold_slice, .mat: object (H, W) or (H, W, layers), probe
// (h, w, ...), outputs.probe_positions (K, 2) as (x, y) in pixels about the object's middle.
class PtychoShelvesInput : public ScanInput {
 public:
  explicit PtychoShelvesInput(std::unique_ptr<ArrayStore> store) : store_(std::move(store)) {}

  static bool recognises(const ArrayStore& store);

  std::string format() const override { return "ptychoshelves"; }
  std::string convention_text() const override {
    return "PtychoShelves reconstruction: positions are patch corners (x, y) about the middle";
  }
  Convention convention() const override { return {PPATCH_CORNER, PPATCH_XY, PPATCH_WINDOW}; }
  NamedArray image() const override;
  NamedArray positions() const override;
  Placement placement() const override;

 private:
  std::unique_ptr<ArrayStore> store_;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_PTYCHOSHELVES_INPUT_HPP_
