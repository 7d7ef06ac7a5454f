// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_COMMANDS_PATCHES_PREVIEW_HPP_
#define PTYCHOPATCH_APPS_COMMANDS_PATCHES_PREVIEW_HPP_

#include <vector>

#include "commands/simulate/scan_path.hpp"
#include "formats/tensor.hpp"
#include "pictures/plane.hpp"

namespace ptychopatch::app {

// The first image of an array, made small enough to look at: `factor` pixels became one.
struct View {
  pictures::Plane plane;
  std::int64_t factor = 1;
  std::int64_t enlargement = 1;
};
View view_of(const formats::Tensor& tensor);

// An image beside how often each pixel was reached.
pictures::Picture preview_assembled(const formats::Tensor& image, const formats::Tensor& coverage);

// A specimen, the scan on it in the order of time (dark to light), and the probe, on one grid.
pictures::Picture preview_scan(const formats::Tensor& object, const formats::Tensor& probe,
                               const std::vector<simulate::Point>& centres);

}  // namespace ptychopatch::app

#endif  // PTYCHOPATCH_APPS_COMMANDS_PATCHES_PREVIEW_HPP_
