// SPDX-License-Identifier: Apache-2.0
#include "oracle/registration/scene_image.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numbers>

namespace oracle {
namespace {

struct Conditioning {
  Conditioning(const std::string& cfa, const Image& image, double black_level, double white_level)
      : letters(cfa.empty() ? "G" : cfa), pixels(image), black(black_level), white(white_level) {
    period = period_of(letters);
    find_divisors();
    for (std::int64_t place = 0; place < period * period; ++place) near.push_back(nearest(place));
    for (const auto& eight : near) {
      for (const auto& [y, x] : eight) reach = std::max({reach, std::abs(y), std::abs(x)});
    }
  }

  std::int64_t place(std::int64_t y, std::int64_t x) const {
    return y % period * period + x % period;
  }
  double scaled(std::int64_t y, std::int64_t x) const {
    return (pixels.at(y, x) - black) / divisor[place(y, x)];
  }

  void find_divisors() {
    std::map<std::int64_t, double> count;
    std::map<std::int64_t, double> sum;
    double square = 0.0;
    for (std::int64_t y = 0; y < pixels.height; ++y) {
      for (std::int64_t x = 0; x < pixels.width; ++x) {
        if (white != 0.0 && pixels.at(y, x) >= white) continue;
        count[place(y, x)] += 1.0;
        sum[place(y, x)] += pixels.at(y, x) - black;
        square += (pixels.at(y, x) - black) * (pixels.at(y, x) - black);
      }
    }
    for (const auto& [at, n] : count) divisor[at] = sum[at] / n;
    if (period > 1) return;
    const double mean = sum[0] / count[0];
    divisor[0] = std::sqrt(square / count[0] - mean * mean);
    offset = mean / divisor[0];
  }

  // The eight nearest of one colour; of equally near ones those that come first.
  std::vector<std::pair<std::int64_t, std::int64_t>> nearest(std::int64_t at) const {
    const std::int64_t py = at / period;
    const std::int64_t px = at % period;
    std::vector<std::pair<std::int64_t, std::int64_t>> all;
    for (std::int64_t y = -12; y <= 12; ++y) {
      for (std::int64_t x = -12; x <= 12; ++x) {
        const std::int64_t other = place(py + y + 12 * period, px + x + 12 * period);
        const bool same =
            letters[static_cast<std::size_t>(other)] == letters[static_cast<std::size_t>(at)];
        if (same && (y != 0 || x != 0)) all.emplace_back(y, x);
      }
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.first * a.first + a.second * a.second < b.first * b.first + b.second * b.second;
    });
    all.resize(8);
    return all;
  }

  std::vector<double> around(std::int64_t y, std::int64_t x) const {
    std::vector<double> values;
    for (const auto& [dy, dx] : near[static_cast<std::size_t>(place(y, x))]) {
      values.push_back(scaled(y + dy, x + dx));
    }
    std::sort(values.begin(), values.end());
    return values;
  }

  void find_sigmas() {
    const std::int64_t margin = (reach + period - 1) / period * period;
    for (std::int64_t at = 0; at < period * period; ++at) {
      std::vector<double> deviations;
      for (std::int64_t y = margin; y + period <= pixels.height - margin; y += period) {
        for (std::int64_t x = margin; x + period <= pixels.width - margin; x += period) {
          const std::int64_t py = y + at / period;
          const std::int64_t px = x + at % period;
          const auto eight = around(py, px);
          deviations.push_back(std::abs(scaled(py, px) - (eight[3] + eight[4]) / 2.0));
        }
      }
      std::sort(deviations.begin(), deviations.end());
      sigma[at] = deviations.empty() ? INFINITY : 1.4826 * deviations[deviations.size() / 2];
    }
  }

  double conditioned(std::int64_t y, std::int64_t x, int* repaired) const {
    double value = scaled(y, x);
    if (y >= reach && y < pixels.height - reach && x >= reach && x < pixels.width - reach) {
      const auto eight = around(y, x);
      const double spread = 2.0 * (eight[7] - eight[0]) + 8.0 * sigma.at(place(y, x));
      if (value > eight[7] + spread || value < eight[0] - spread) {
        value = (eight[3] + eight[4]) / 2.0;
        ++*repaired;
      }
    }
    const double white_level = (white - black) / divisor.at(place(y, x));
    if (white != 0.0 && value >= white_level * (1.0 - 1e-6)) value = white_level;
    return value - offset;
  }

  std::string letters;
  const Image& pixels;
  double black, white;
  std::int64_t period = 1, reach = 0;
  mutable std::map<std::int64_t, double> divisor;
  std::map<std::int64_t, double> sigma;
  double offset = 1.0;
  std::vector<std::vector<std::pair<std::int64_t, std::int64_t>>> near;
};

std::int64_t reflected(std::int64_t i, std::int64_t n) {
  while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
  return i;
}

// Kaiser's window of beta 5 over a sinc that passes half the power at 0.44 of a sample's frequency.
std::vector<double> low_pass(std::int64_t step) {
  if (step == 1) return {1.0};
  std::vector<double> taps;
  const auto half = static_cast<double>(8 * step);
  double sum = 0.0;
  for (std::int64_t t = -8 * step; t <= 8 * step; ++t) {
    const auto x = static_cast<double>(t);
    const double phase = 2.0 * std::numbers::pi * 0.44 / static_cast<double>(step) * x;
    const double sinc = x == 0.0 ? 1.0 : std::sin(phase) / phase;
    const double inside = std::max(0.0, 1.0 - x * x / (half * half));
    taps.push_back(sinc * std::cyl_bessel_i(0.0, 5.0 * std::sqrt(inside)));
    sum += taps.back();
  }
  for (double& tap : taps) tap /= sum;
  return taps;
}

}  // namespace

SceneImage scene_image(const std::string& letters, const Image& pixels, double black, double white,
                       std::int64_t step) {
  Conditioning conditioning(letters, pixels, black, white);
  conditioning.find_sigmas();
  SceneImage out;
  Image clean = pixels;
  for (std::int64_t y = 0; y < pixels.height; ++y) {
    for (std::int64_t x = 0; x < pixels.width; ++x) {
      clean.at(y, x) = conditioning.conditioned(y, x, &out.repaired);
    }
  }
  const std::vector<double> taps = low_pass(step);
  const auto count = static_cast<std::int64_t>(taps.size());
  for (std::int64_t y = 0; y < pixels.height; y += step) {
    for (std::int64_t x = 0; x < pixels.width; x += step) {
      double sum = 0.0;
      for (std::int64_t i = 0; i < count; ++i) {
        for (std::int64_t j = 0; j < count; ++j) {
          sum += taps[static_cast<std::size_t>(i)] * taps[static_cast<std::size_t>(j)] *
                 clean.at(reflected(y + i - count / 2, pixels.height),
                          reflected(x + j - count / 2, pixels.width));
        }
      }
      out.samples.push_back(sum);
    }
  }
  return out;
}

}  // namespace oracle
