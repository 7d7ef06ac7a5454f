// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_CDTOOLS_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_CDTOOLS_INPUT_HPP_

#include "formats/store_input.hpp"

namespace ptychopatch::formats {

// Results of cdtools, .mat or HDF5: obj (H, W), translations (K, 3) of the optics in metres (older
// files: translation), the object's basis (3, 2) in metres a pixel (obj_basis, probe_basis or
// basis), probe (modes, h, w).
class CdtoolsInput : public StoreInput {
 public:
  explicit CdtoolsInput(std::unique_ptr<ArrayStore> store);

  static bool recognises(const ArrayStore& store);

  NamedArray image() const override;
  NamedArray positions() const override;
  Placement placement() const override;

 private:
  NamedArray along_basis(const char* key) const;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_CDTOOLS_INPUT_HPP_
