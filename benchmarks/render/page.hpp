// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "suite/report.hpp"

namespace ptychopatch::bench {

// One HTML page that needs nothing else: charts and tables of every report.
std::string page(const std::vector<Report>& reports);

struct Picture {
  std::string name, svg;
};

// The charts of the first report by themselves: "bandwidth" (of 128 x 128 patches where those were
// run), "cost-patches", "cost-pixels"; those that it has the cases for.
std::vector<Picture> pictures(const std::vector<Report>& reports);

}  // namespace ptychopatch::bench
