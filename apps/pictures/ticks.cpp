// SPDX-License-Identifier: Apache-2.0
#include "pictures/ticks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace ptychopatch::pictures {
namespace {

std::string printed(const char* format, int digits, double value) {
  char text[400];  // The largest number has 309 digits before its point.
  std::snprintf(text, sizeof text, format, digits, value);
  return text;
}

}  // namespace

double round_step(double length, double count) {
  const double rough = length / std::max(count, 1.0);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) return factor * power;
  }
  return 10 * power;
}

std::vector<double> round_ticks(double low, double high, double count, bool integers) {
  if (!(high > low)) return {low};
  const double step = std::max(round_step(high - low, count), integers ? 1.0 : 0.0);
  constexpr double rounding = 1e-9;
  const double first = std::ceil(low / step - rounding);
  std::vector<double> ticks;
  // Counted, since a very large number plus one may be the same number.
  for (int i = 0; i <= 2 * count && first + i <= high / step + rounding; ++i) {
    ticks.push_back((first + i) * step + 0.0);  // no -0
  }
  return ticks;
}

std::string short_text(double value, int digits) { return printed("%.*g", digits, value); }

std::string fixed(double value, int decimals) { return printed("%.*f", decimals, value); }

std::string grouped(long long value) {
  std::string digits = std::to_string(value);
  const long long first = value < 0 ? 1 : 0;
  for (auto place = static_cast<long long>(digits.size()) - 3; place > first; place -= 3) {
    digits.insert(static_cast<std::size_t>(place), "\xe2\x80\xaf");
  }
  return digits;
}

}  // namespace ptychopatch::pictures
