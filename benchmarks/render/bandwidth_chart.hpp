// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BENCHMARKS_RENDER_BANDWIDTH_CHART_HPP_
#define PTYCHOPATCH_BENCHMARKS_RENDER_BANDWIDTH_CHART_HPP_

#include <string>
#include <vector>

#include "suite/report.hpp"

namespace ptychopatch::bench {

// Patch sizes that the main cases have, in their order.
std::vector<std::int64_t> main_sizes(const Report& report);

// A bar for each main case of patches of this size, the roof that was timed with it across the bar,
// and the machine's roofs as lines. All are memory-bound, so this is the roofline's flat part.
std::string bandwidth_chart(const Report& report, std::int64_t size);

}  // namespace ptychopatch::bench

#endif  // PTYCHOPATCH_BENCHMARKS_RENDER_BANDWIDTH_CHART_HPP_
