// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_PTYPY_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_PTYPY_INPUT_HPP_

#include "formats/hdf5_file.hpp"
#include "formats/scan_input.hpp"

namespace ptychopatch::formats {

// A reconstruction of ptypy, .ptyr: content/obj/ID with data (layers, H, W), _psize (2,) in metres
// and _center (2,) in pixels; content/positions/ID (K, 2) in metres, where it recorded them. Of
// several objects the first is read.
class PtypyInput : public ScanInput {
 public:
  explicit PtypyInput(std::unique_ptr<Hdf5File> file);

  static bool recognises(const Hdf5File& file);

  std::string format() const override { return "ptypy"; }
  std::string convention_text() const override {
    return "ptypy reconstruction (object " + id_ + "): positions are patch centres (y, x)";
  }
  Convention convention() const override {
    return {PPATCH_ANCHOR_HALF, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW};
  }
  NamedArray image() const override;
  NamedArray positions() const override;
  Placement placement() const override;

 private:
  std::unique_ptr<Hdf5File> file_;
  std::string id_;
};

// Data prepared for ptypy, .ptyd: chunks/N/positions (K, 2) as (y, x) in metres. It holds no
// object; how large a pixel of it is follows from meta/energy (keV), distance, psize and the frame.
class PtydInput : public ScanInput {
 public:
  explicit PtydInput(std::unique_ptr<Hdf5File> file);

  static bool recognises(const Hdf5File& file);

  std::string format() const override { return "ptyd"; }
  std::string convention_text() const override {
    return "ptypy data: positions are patch centres (y, x)";
  }
  Convention convention() const override {
    return {PPATCH_ANCHOR_HALF, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW};
  }
  NamedArray image() const override;
  NamedArray positions() const override;
  Placement placement() const override;

 private:
  std::unique_ptr<Hdf5File> file_;
  std::vector<std::string> chunks_;  // by their numbers
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_PTYPY_INPUT_HPP_
