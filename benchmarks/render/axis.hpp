// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "pictures/ticks.hpp"

namespace ptychopatch::bench {

using pictures::fixed;
using pictures::grouped;

// Where a value is drawn, between two places on the page.
class Axis {
 public:
  enum class Kind { linear, logarithmic };

  // Grows to the next tick: from 0, or decades. The values are positive.
  Axis(Kind kind, const std::vector<double>& values, double begin, double end);

  double place(double value) const;
  const std::vector<double>& ticks() const { return ticks_; }

 private:
  Kind kind_;
  double low_, high_;
  double begin_, end_;
  std::vector<double> ticks_;
};

// Three figures and an SI prefix: "12.3 ms" for (0.0123, "s").
std::string with_prefix(double value, const std::string& unit);

}  // namespace ptychopatch::bench
