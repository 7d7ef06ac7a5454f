// SPDX-License-Identifier: Apache-2.0
#include "render/axis.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace ptychopatch::bench {

Axis::Axis(Kind kind, const std::vector<double>& values, double begin, double end)
    : kind_(kind), low_(0), high_(1), begin_(begin), end_(end) {
  const double least = values.empty() ? 1 : *std::min_element(values.begin(), values.end());
  const double most = values.empty() ? 1 : *std::max_element(values.begin(), values.end());
  if (kind == Kind::linear) {
    const double step = pictures::round_step(most, 5);
    high_ = std::ceil(most / step) * step;
    ticks_ = pictures::round_ticks(0, high_, 5);
  } else {
    const int first = static_cast<int>(std::floor(std::log10(least) + 1e-9));
    const int last = std::max(first + 1, static_cast<int>(std::ceil(std::log10(most) - 1e-9)));
    low_ = std::pow(10, first);
    high_ = std::pow(10, last);
    for (int power = first; power <= last; ++power) ticks_.push_back(std::pow(10, power));
  }
}

double Axis::place(double value) const {
  const double part =
      kind_ == Kind::linear ? value / high_ : std::log(value / low_) / std::log(high_ / low_);
  return std::lerp(begin_, end_, part);
}

std::string with_prefix(double value, const std::string& unit) {
  constexpr const char* prefixes[] = {"p", "n", "\u00b5", "m", "", "k", "M", "G", "T"};
  constexpr int none = 4;
  int index = none;
  if (value != 0) {
    // Of the value as it will be printed: 999.9 is 1.00 k.
    const double magnitude = std::log10(std::abs(value)) + 0.0002;
    index += static_cast<int>(std::floor(magnitude / 3));
    index = std::clamp(index, 0, static_cast<int>(std::size(prefixes)) - 1);
  }
  const double scaled = value / std::pow(1000, index - none);
  const int decimals = scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return pictures::fixed(scaled, decimals) + " " + prefixes[index] + unit;
}

}  // namespace ptychopatch::bench
