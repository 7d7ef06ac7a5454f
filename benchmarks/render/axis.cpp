// SPDX-License-Identifier: Apache-2.0
#include "render/axis.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

namespace ptychopatch::bench {
namespace {

// 1, 2 or 5 times a power of ten, so that about five of them make the length.
double tick_step(double length) {
  const double rough = length / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) return factor * power;
  }
  return 10 * power;
}

}  // namespace

Axis::Axis(Kind kind, const std::vector<double>& values, double begin, double end)
    : kind_(kind), low_(0), high_(1), begin_(begin), end_(end) {
  const double least = values.empty() ? 1 : *std::min_element(values.begin(), values.end());
  const double most = values.empty() ? 1 : *std::max_element(values.begin(), values.end());
  if (kind == Kind::kLinear) {
    const double step = tick_step(most);
    high_ = std::ceil(most / step) * step;
    for (int i = 0; i <= std::lround(high_ / step); ++i) ticks_.push_back(i * step);
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
      kind_ == Kind::kLinear ? value / high_ : std::log(value / low_) / std::log(high_ / low_);
  return std::lerp(begin_, end_, part);
}

std::string with_prefix(double value, const std::string& unit) {
  constexpr const char* kPrefixes[] = {"p", "n", "\xc2\xb5", "m", "", "k", "M", "G", "T"};
  constexpr int kNone = 4;
  int index = kNone;
  if (value != 0) {
    // Of the value as it will be printed: 999.9 is 1.00 k.
    const double magnitude = std::log10(std::abs(value)) + 0.0002;
    index += static_cast<int>(std::floor(magnitude / 3));
    index = std::clamp(index, 0, static_cast<int>(std::size(kPrefixes)) - 1);
  }
  const double scaled = value / std::pow(1000, index - kNone);
  const int decimals = scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return fixed(scaled, decimals) + " " + kPrefixes[index] + unit;
}

std::string fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string grouped(long long value) {
  std::string digits = std::to_string(value);
  for (auto place = static_cast<long long>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(static_cast<std::size_t>(place), "\xe2\x80\xaf");
  }
  return digits;
}

}  // namespace ptychopatch::bench
