// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/phase.hpp"

namespace ppatch {

// Which lines of an image's spectrum tell of a fixed pattern, and by what. Line 0 is on the axis,
// lines 1 to 16 stand for the spectrum's 5 to 20, where a scene still has about the power that it
// has on the axis.
struct PatternLines {
  static constexpr int beside = 16;
  static constexpr int lines = 1 + beside;
  static constexpr int parts = 2 * lines;  // real and imaginary
  static constexpr double suspicious = 2.0;

  // Whether there is enough of an image to tell.
  static bool tell_of(std::int64_t height, std::int64_t width) {
    constexpr std::int64_t min_side = 1024;
    return height >= min_side && width >= min_side;
  }

  PPATCH_HD static int number(int line) { return line == 0 ? 0 : line + 4; }

  // Whether bin k of a transform of `size` samples is looked at. Multiples of 1 / carrier_lines are
  // left out; 1: none.
  PPATCH_HD static bool looks_at(std::int64_t k, std::int64_t size, int carrier_lines) {
    const double f = static_cast<double>(k) / static_cast<double>(size);
    return f > 0.10 && f < 0.46 && !is_near_carrier(f, carrier_lines);
  }

  // Power on the axis over that beside it.
  PPATCH_HD static double excess(const double (&power)[lines]) {
    double sum = 0.0;
    for (int l = 1; l < lines; ++l) sum += power[l];
    return sum > 0.0 ? power[0] * beside / sum : 0.0;
  }

  // Hann's window, sin^2(pi (k + 1/2) / n).
  PPATCH_HD static double window(std::int64_t k, std::int64_t n) {
    double cosine = 0.0;
    double sine = 0.0;
    unit_phase((static_cast<double>(k) + 0.5) / static_cast<double>(n), &cosine, &sine);
    return 0.5 - 0.5 * cosine;
  }

 private:
  PPATCH_HD static bool is_near(double f, double carrier) {
    const double distance = f - carrier;
    return distance < 0.02 && distance > -0.02;
  }
  PPATCH_HD static bool is_near_carrier(double f, int carrier_lines) {
    for (int k = 1; 2 * k <= carrier_lines; ++k) {
      if (is_near(f, static_cast<double>(k) / carrier_lines)) return true;
    }
    return carrier_lines > 1 && is_near(f, 0.25);
  }
};

}  // namespace ppatch
