// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_PTYCHOSHELVES_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_PTYCHOSHELVES_INPUT_HPP_

#include "formats/store_input.hpp"

namespace ptychopatch::formats {

// A reconstruction of PtychoShelves or fold_slice, .mat: object (H, W) or (H, W, layers), probe
// (h, w, ...), outputs.probe_positions (K, 2) as (x, y) in pixels about the object's middle.
class PtychoShelvesInput : public StoreInput {
 public:
  explicit PtychoShelvesInput(std::unique_ptr<ArrayStore> store);

  static bool recognises(const ArrayStore& store);

  NamedArray image() const override;
  NamedArray positions() const override;
  Placement placement() const override;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_PTYCHOSHELVES_INPUT_HPP_
