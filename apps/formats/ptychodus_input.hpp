// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_PTYCHODUS_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_PTYCHODUS_INPUT_HPP_

#include "formats/store_input.hpp"

namespace ptychopatch::formats {

// A Ptychodus product: object (H, W) or (layers, H, W), probe_position_x_m and probe_position_y_m
// (K,) in metres about the object's centre. Pixel size and centre are the object's attributes in
// HDF5, arrays of their own in .npz.
class PtychodusInput : public StoreInput {
 public:
  explicit PtychodusInput(std::unique_ptr<ArrayStore> store);

  static bool recognises(const ArrayStore& store);

  std::string convention_text() const override;
  NamedArray image() const override;
  NamedArray positions() const override;
  Placement placement() const override;

 private:
  std::optional<double> number(const std::string& name) const;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_PTYCHODUS_INPUT_HPP_
