// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "commands/patches/patch_geometry.hpp"
#include "pictures/panel.hpp"

namespace ptychopatch::app {

// A picture of some of the patches, evenly spread over the scan, on one scale. Above each is the
// number of its position, after that of its image where there are several.
class PatchMontage {
 public:
  explicit PatchMontage(const PatchGeometry& geometry);

  // Patches `first` and on (of images * positions) are in part.
  void take(std::int64_t first, std::int64_t count, const formats::Tensor& part);

  pictures::Canvas picture() const;

 private:
  const PatchGeometry& geometry_;
  std::vector<std::int64_t> chosen_;  // ascending
  std::vector<pictures::View> views_;
};

}  // namespace ptychopatch::app
