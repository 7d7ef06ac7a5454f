// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_TIKE_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_TIKE_INPUT_HPP_

#include "formats/array_store.hpp"
#include "formats/scan_input.hpp"

namespace ptychopatch::formats {

// A scan for tike, .npz: scan (K, 2) or (1, K, 2) as (row, column) of the patches' corners in
// pixels, probe. It holds no object.
class TikeInput : public ScanInput {
 public:
  explicit TikeInput(std::unique_ptr<ArrayStore> store) : store_(std::move(store)) {}

  static bool recognises(const ArrayStore& store);

  std::string format() const override { return "tike"; }
  std::string convention_text() const override {
    return "tike scan: positions are patch corners (row, column)";
  }
  Convention convention() const override { return {PPATCH_CORNER, PPATCH_YX, PPATCH_WINDOW}; }
  NamedArray image() const override;
  NamedArray positions() const override;
  Placement placement() const override;

 private:
  std::unique_ptr<ArrayStore> store_;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_TIKE_INPUT_HPP_
