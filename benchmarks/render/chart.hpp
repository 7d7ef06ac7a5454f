// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "suite/report.hpp"

namespace ptychopatch::bench {

// An SVG file; "" where the report has no such cases, and always where the suite was built without
// Cairo.
struct Chart {
  std::string title, svg;
};

// A bar for each main case of patches of this size, the limit that was timed with it across the
// bar, and the machine's limits as lines. All are bound by memory.
Chart bandwidth_chart(const Report& report, std::int64_t size);

// Seconds against the number of patches (the set "patches") or against the pixels of each (the set
// "pixels"), both logarithmic, with the time of the limit dashed.
Chart cost_against_patches(const Report& report);
Chart cost_against_pixels(const Report& report);

}  // namespace ptychopatch::bench
