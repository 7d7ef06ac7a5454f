// SPDX-License-Identifier: Apache-2.0
#include "commands/simulate/probe.hpp"

#include <math.h>  // j0, which <cmath> need not have

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ptychopatch::simulate {
namespace {

constexpr double defocus = 2 * std::numbers::pi * fresnel_number;

// Simpson's rule, fine enough for the fastest of the two oscillations.
std::complex<double> amplitude_at(double v) {
  const int half_steps = std::max(128, static_cast<int>(4 * (v + defocus)));
  const double step = 1.0 / (2 * half_steps);
  std::complex<double> sum = 0;
  for (int i = 0; i <= 2 * half_steps; ++i) {
    const double s = i * step;
    const double weight = i == 0 || i == 2 * half_steps ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * s * ::j0(v * s) * std::polar(1.0, defocus * s * s / 2);
  }
  return 2.0 / 3.0 * step * sum;
}

}  // namespace

std::vector<std::complex<double>> defocused_probe(std::int64_t size, double diameter) {
  const std::int64_t centre = size / 2;
  // By the squared distance, an integer: few differ.
  std::vector<std::complex<double>> by_square(static_cast<std::size_t>(2 * centre * centre + 1));
  std::vector<bool> known(by_square.size());
  std::vector<std::complex<double>> probe;
  double largest = 0;
  for (std::int64_t y = 0; y < size; ++y) {
    for (std::int64_t x = 0; x < size; ++x) {
      const std::int64_t square = (y - centre) * (y - centre) + (x - centre) * (x - centre);
      const auto at = static_cast<std::size_t>(square);
      if (!known[at]) {
        by_square[at] =
            amplitude_at(defocus * std::sqrt(static_cast<double>(square)) / (diameter / 2));
        known[at] = true;
      }
      probe.push_back(by_square[at]);
      largest = std::max(largest, std::abs(by_square[at]));
    }
  }
  for (auto& value : probe) value /= largest;
  return probe;
}

}  // namespace ptychopatch::simulate
