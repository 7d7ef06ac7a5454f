// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_TIKE_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_TIKE_INPUT_HPP_

#include "formats/store_input.hpp"

namespace ptychopatch::formats {

// A scan for tike, .npz: scan (K, 2) or (1, K, 2) as (row, column) of the patches' corners in
// pixels, probe. It holds no object.
class TikeInput : public StoreInput {
 public:
  explicit TikeInput(std::unique_ptr<ArrayStore> store);

  static bool recognises(const ArrayStore& store);

  NamedArray image() const override;
  NamedArray positions() const override;
  Placement placement() const override;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_TIKE_INPUT_HPP_
