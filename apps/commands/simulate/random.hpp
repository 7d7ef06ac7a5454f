// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>

namespace ptychopatch::simulate {

// SplitMix64: state grows by 0x9e3779b97f4a7c15, the output is the state mixed. Each use has a
// stream of its own, begun at seed + stream * 0xd1342543de82ef95, so that more cells in the
// specimen do not move the scan. Equal on every machine.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) : state_(seed + stream * 0xd1342543de82ef95u) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }

  // In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

 private:
  std::uint64_t state_;
};

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
