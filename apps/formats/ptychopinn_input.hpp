// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_PTYCHOPINN_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_PTYCHOPINN_INPUT_HPP_

#include "formats/array_store.hpp"
#include "formats/scan_input.hpp"

namespace ptychopatch::formats {

// PtychoPINN's .npz: objectGuess (H, W), xcoords (K,) and ycoords (K,), which are the patches'
// centres (element N div 2) in pixels of the object.
class PtychoPinnInput : public ScanInput {
 public:
  explicit PtychoPinnInput(std::unique_ptr<ArrayStore> store) : store_(std::move(store)) {}

  static bool recognises(const ArrayStore& store);

  std::string format() const override { return "ptychopinn"; }
  std::string convention_text() const override {
    return "PtychoPINN scan: positions are patch centres (xcoords, ycoords)";
  }
  Convention convention() const override { return {PPATCH_HALF, PPATCH_XY, PPATCH_WINDOW}; }
  NamedArray image() const override;
  NamedArray positions() const override;

 private:
  std::unique_ptr<ArrayStore> store_;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_PTYCHOPINN_INPUT_HPP_
