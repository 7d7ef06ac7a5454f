// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BENCHMARKS_RENDER_TABLES_HPP_
#define PTYCHOPATCH_BENCHMARKS_RENDER_TABLES_HPP_

#include <string>

#include "suite/report.hpp"

namespace ptychopatch::bench {

// HTML.
std::string timed_table(const Report& report, const std::string& set);
std::string roof_table(const Report& report);
std::string memory_table(const Report& report);
std::string skipped_list(const Report& report);

}  // namespace ptychopatch::bench

#endif  // PTYCHOPATCH_BENCHMARKS_RENDER_TABLES_HPP_
