// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "commands/simulate/scan_path.hpp"
#include "formats/tensor.hpp"
#include "pictures/canvas.hpp"

namespace ptychopatch::app {

// An image, the first of several, beside how often each pixel was reached.
pictures::Canvas preview_assembled(const formats::Tensor& image, const formats::Tensor& coverage);

// A specimen, the scan on it in the order of time (dark to light), and the probe.
pictures::Canvas preview_scan(const formats::Tensor& object, const formats::Tensor& probe,
                              const std::vector<simulate::Position>& centres);

}  // namespace ptychopatch::app
