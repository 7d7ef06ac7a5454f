// SPDX-License-Identifier: Apache-2.0
#include "pictures/colour.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ptychopatch::pictures {
namespace {

constexpr double full_turn = 2 * std::numbers::pi;

struct Linear {
  double r, g, b;
  bool on_screen() const {
    constexpr double threshold = 1e-6;
    const auto fits = [](double v) { return v >= -threshold && v <= 1 + threshold; };
    return fits(r) && fits(g) && fits(b);
  }
};

// The definition of Oklab: cone responses are cubes, the matrices are fixed.
Linear linear_of(double lightness, double a, double b) {
  const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
          -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

std::uint8_t encoded(double linear) {
  const double v = std::clamp(linear, 0.0, 1.0);
  const double srgb = v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(255 * srgb));
}

constexpr int hues = 720;
constexpr int levels = 256;

std::vector<Rgb> make_phase_table() {
  constexpr double blue = 4.45;  // radians
  std::vector<Rgb> table;
  table.reserve(std::size_t{hues} * levels);
  for (int level = 0; level < levels; ++level) {
    const double amplitude = static_cast<double>(level) / (levels - 1);
    for (int hue = 0; hue < hues; ++hue) {
      table.push_back(from_oklch(0.04 + 0.74 * amplitude, 0.135 * std::sqrt(amplitude),
                                 blue + full_turn * hue / hues));
    }
  }
  return table;
}

std::vector<Rgb> make_sequential_table() {
  std::vector<Rgb> table;
  for (int level = 0; level < levels; ++level) {
    const double t = static_cast<double>(level) / (levels - 1);
    const double hue = (285 - 185 * t) / 360 * full_turn;
    const double chroma = 0.07 + 0.10 * std::sin(std::numbers::pi * std::min(0.9, 0.15 + t));
    table.push_back(from_oklch(0.16 + 0.79 * t, chroma, hue));
  }
  return table;
}

}  // namespace

Rgb from_oklch(double lightness, double chroma, double hue) {
  const double a = std::cos(hue), b = std::sin(hue);
  double most = chroma;
  if (!linear_of(lightness, chroma * a, chroma * b).on_screen()) {
    double least = 0;
    for (int step = 0; step < 24; ++step) {
      const double middle = (least + most) / 2;
      (linear_of(lightness, middle * a, middle * b).on_screen() ? least : most) = middle;
    }
    most = least;
  }
  const Linear linear = linear_of(lightness, most * a, most * b);
  return {encoded(linear.r), encoded(linear.g), encoded(linear.b)};
}

Rgb phase_colour(std::complex<double> value) {
  static const std::vector<Rgb> table = make_phase_table();
  const double amplitude = std::abs(value);
  if (!std::isfinite(amplitude)) return {255, 255, 255};
  double turn = std::arg(value) / full_turn;
  if (turn < 0) turn += 1;
  const int hue = static_cast<int>(std::lround(turn * hues)) % hues;
  const int level = static_cast<int>(std::lround(std::min(amplitude, 1.0) * (levels - 1)));
  return table[static_cast<std::size_t>(level) * hues + static_cast<std::size_t>(hue)];
}

Rgb sequential_colour(double t) {
  static const std::vector<Rgb> table = make_sequential_table();
  if (std::isnan(t)) return {255, 255, 255};
  return table[static_cast<std::size_t>(std::lround(std::clamp(t, 0.0, 1.0) * (levels - 1)))];
}

}  // namespace ptychopatch::pictures
