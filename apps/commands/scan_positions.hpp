// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>

#include "console.hpp"
#include "formats/scan_input.hpp"
#include "formats/tensor.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {

// Positions of a scan where no image is looked at: in pixels, but from the scan's own zero.
struct ScanPositions {
  formats::Tensor values;             // (n, 2) f64, in the convention's axes and sign
  ppatch_patch_options convention{};  // of the input's format, with what the command line says
  std::string source;                 // for messages

  // Takes them out of input. Notes on the console how they were placed.
  static ScanPositions take_from(formats::ScanInput& input, std::optional<std::int32_t> axes,
                                 const std::optional<std::array<double, 2>>& pixel_size,
                                 Console& console);
};

}  // namespace ptychopatch::app
