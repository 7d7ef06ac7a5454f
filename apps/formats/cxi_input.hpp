// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_CXI_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_CXI_INPUT_HPP_

#include "formats/columns.hpp"
#include "formats/hdf5_file.hpp"
#include "formats/scan_input.hpp"

namespace ptychopatch::formats {

// CXI 1.x and NXcxi_ptycho, which has the same names: the translations (K, 3) of the sample in
// metres, (x, y, z) with y up, z along the beam; the detector's basis vectors say where the rows
// and columns of an image run, down and to -x where they are missing. Files that Ptychodus writes
// hold the probe's translations instead, and say where the object lies.
class CxiInput : public ScanInput {
 public:
  explicit CxiInput(std::unique_ptr<Hdf5File> file);

  static bool recognises(const Hdf5File& file);

  std::string format() const override { return nexus_ ? "nxcxi_ptycho" : "cxi"; }
  std::string convention_text() const override;
  Convention convention() const override {
    return {PPATCH_ANCHOR_HALF, PPATCH_AXES_YX,
            by_ptychodus_ ? PPATCH_SIGN_WINDOW : PPATCH_SIGN_CONTENT};
  }
  NamedArray image() const override;
  NamedArray positions() const override;
  Placement placement() const override;

 private:
  std::string translation_key() const;
  Basis axes() const;
  // None where the file lacks one of what it follows from.
  std::optional<std::array<double, 2>> object_pixel() const;
  std::optional<double> wavelength() const;
  std::optional<double> number(const std::string& key) const;

  std::unique_ptr<Hdf5File> file_;
  bool nexus_ = false;
  bool by_ptychodus_ = false;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_CXI_INPUT_HPP_
