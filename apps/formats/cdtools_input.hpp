// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_CDTOOLS_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_CDTOOLS_INPUT_HPP_

#include "formats/array_store.hpp"
#include "formats/columns.hpp"
#include "formats/scan_input.hpp"

namespace ptychopatch::formats {

// Results of cdtools, .mat or HDF5: obj (H, W), translations (K, 3) of the optics in metres (older
// files: translation), the object's basis (3, 2) in metres a pixel (obj_basis, probe_basis or
// basis), probe (modes, h, w).
class CdtoolsInput : public ScanInput {
 public:
  explicit CdtoolsInput(std::unique_ptr<ArrayStore> store) : store_(std::move(store)) {}

  static bool recognises(const ArrayStore& store);

  std::string format() const override { return "cdtools"; }
  std::string convention_text() const override {
    return "cdtools results: positions are patch corners by the object's basis";
  }
  Convention convention() const override { return {PPATCH_CORNER, PPATCH_YX, PPATCH_WINDOW}; }
  NamedArray image() const override;
  NamedArray positions() const override;
  Placement placement() const override;

 private:
  NamedArray along_basis(const char* key) const;

  std::unique_ptr<ArrayStore> store_;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_CDTOOLS_INPUT_HPP_
