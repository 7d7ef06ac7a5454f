// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <complex>
#include <numbers>

#include "commands/simulate/random.hpp"

namespace ptychopatch::simulate {

// Normal numbers by Box and Muller's formula, two at a time.
class Gaussian {
 public:
  Gaussian(std::uint64_t seed, std::uint64_t stream) : random_(seed, stream) {}

  std::complex<double> pair() {
    const double radius = std::sqrt(-2 * std::log(1 - random_.uniform()));
    return std::polar(radius, 2 * std::numbers::pi * random_.uniform());
  }

  double next() {
    if (kept_) {
      kept_ = false;
      return second_;
    }
    const std::complex<double> both = pair();
    second_ = both.imag();
    kept_ = true;
    return both.real();
  }

 private:
  Random random_;
  double second_ = 0;
  bool kept_ = false;
};

}  // namespace ptychopatch::simulate
