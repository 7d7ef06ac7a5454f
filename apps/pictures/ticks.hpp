// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace ptychopatch::pictures {

// 1, 2 or 5 times a power of ten, the least that goes at most `count` times into the length.
double round_step(double length, double count);

// The multiples of a round step from low to high, at most about `count`; 1 is the least step where
// values are integers.
std::vector<double> round_ticks(double low, double high, double count, bool integers = false);

// As short as says it: "0.25", "-3", "1e+09".
std::string short_text(double value, int digits = 10);
// printf's "%.*f".
std::string fixed(double value, int decimals);
// "20 000"
std::string grouped(long long value);

}  // namespace ptychopatch::pictures
