// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_PTYCHOPINN_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_PTYCHOPINN_INPUT_HPP_

#include "formats/store_input.hpp"

namespace ptychopatch::formats {

// PtychoPINN's .npz: objectGuess (H, W), xcoords (K,) and ycoords (K,), which are the patches'
// centres (element N div 2) in pixels of the object.
class PtychoPinnInput : public StoreInput {
 public:
  explicit PtychoPinnInput(std::unique_ptr<ArrayStore> store);

  static bool recognises(const ArrayStore& store);

  NamedArray image() const override;
  NamedArray positions() const override;
  std::optional<NamedArray> start_positions() const override;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_PTYCHOPINN_INPUT_HPP_
