// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BENCHMARKS_RENDER_COST_CHART_HPP_
#define PTYCHOPATCH_BENCHMARKS_RENDER_COST_CHART_HPP_

#include <string>

#include "suite/report.hpp"

namespace ptychopatch::bench {

// Seconds against the number of patches (the set "patches") or against the pixels of each (the set
// "pixels"), both logarithmic, with the time of the roof dashed. "" where the set was not run.
std::string cost_against_patches(const Report& report);
std::string cost_against_pixels(const Report& report);

}  // namespace ptychopatch::bench

#endif  // PTYCHOPATCH_BENCHMARKS_RENDER_COST_CHART_HPP_
