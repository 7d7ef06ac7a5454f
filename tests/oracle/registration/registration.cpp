// SPDX-License-Identifier: Apache-2.0
#include "oracle/registration/registration.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace oracle {
namespace {

using Value = std::complex<double>;
constexpr double full_turn = 2.0 * std::numbers::pi;

// sum over x of value e^{-i turn f x}, line by line, by its definition.
std::vector<Value> spectrum_of(const Image& image) {
  const std::int64_t h = image.height;
  const std::int64_t w = image.width;
  std::vector<Value> rows(static_cast<std::size_t>(h * w));
  std::vector<Value> all(static_cast<std::size_t>(h * w));
  for (std::int64_t y = 0; y < h; ++y) {
    for (std::int64_t k = 0; k < w; ++k) {
      Value sum = 0.0;
      for (std::int64_t x = 0; x < w; ++x) {
        sum += image.at(y, x) * std::polar(1.0, -full_turn * static_cast<double>(k * x % w) /
                                                    static_cast<double>(w));
      }
      rows[static_cast<std::size_t>(y * w + k)] = sum;
    }
  }
  for (std::int64_t k = 0; k < w; ++k) {
    for (std::int64_t l = 0; l < h; ++l) {
      Value sum = 0.0;
      for (std::int64_t y = 0; y < h; ++y) {
        sum +=
            rows[static_cast<std::size_t>(y * w + k)] *
            std::polar(1.0, -full_turn * static_cast<double>(l * y % h) / static_cast<double>(h));
      }
      all[static_cast<std::size_t>(l * w + k)] = sum;
    }
  }
  return all;
}

double signed_frequency(std::int64_t k, std::int64_t n) {
  return static_cast<double>(2 * k < n ? k : k - n) / static_cast<double>(n);
}

double tukey_window(double u, std::int64_t n) {
  const double ramp =
      std::max(0.025 * static_cast<double>(n), std::min(3.0, 0.25 * static_cast<double>(n)));
  const double depth = std::min(u + 0.5, static_cast<double>(n) - 0.5 - u) / ramp;
  if (depth <= 0.0) return 0.0;
  if (depth >= 1.0) return 1.0;
  return 0.5 - 0.5 * std::cos(std::numbers::pi * depth);
}

// The ten powers u^i v^j, i + j <= 3, of a pixel's coordinates.
std::array<double, 10> powers(std::int64_t y, std::int64_t x, std::int64_t h, std::int64_t w) {
  const double u = static_cast<double>(y) / static_cast<double>(h) - 0.5;
  const double v = static_cast<double>(x) / static_cast<double>(w) - 0.5;
  return {1, u, v, u * u, u * v, v * v, u * u * u, u * u * v, u * v * v, v * v * v};
}

// Solves a x = b in place of b by elimination.
void solve(std::array<std::array<double, 10>, 10>& a, std::array<double, 10>& b) {
  for (std::size_t i = 0; i < 10; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i + 1; r < 10; ++r) {
      if (std::abs(a[r][i]) > std::abs(a[pivot][i])) pivot = r;
    }
    std::swap(a[i], a[pivot]);
    std::swap(b[i], b[pivot]);
    for (std::size_t r = 0; r < 10; ++r) {
      if (r == i) continue;
      const double factor = a[r][i] / a[i][i];
      for (std::size_t c = i; c < 10; ++c) a[r][c] -= factor * a[i][c];
      b[r] -= factor * b[i];
    }
  }
  for (std::size_t i = 0; i < 10; ++i) b[i] /= a[i][i];
}

// h x w pixels from (y0, x0) under a window moved by r, without the cubic surface that fits them
// best under it. h and w are at least 16.
Image windowed(const Image& image, std::int64_t y0, std::int64_t x0, std::int64_t h, std::int64_t w,
               double ry, double rx) {
  Image out{h, w, std::vector<double>(static_cast<std::size_t>(h * w))};
  const auto window = [&](std::int64_t y, std::int64_t x) {
    return tukey_window(static_cast<double>(y) - ry, h) *
           tukey_window(static_cast<double>(x) - rx, w);
  };
  std::array<std::array<double, 10>, 10> normal{};
  std::array<double, 10> fit{};
  for (std::int64_t y = 0; y < h; ++y) {
    for (std::int64_t x = 0; x < w; ++x) {
      const auto p = powers(y, x, h, w);
      for (std::size_t i = 0; i < 10; ++i) {
        fit[i] += window(y, x) * p[i] * image.at(y0 + y, x0 + x);
        for (std::size_t j = 0; j < 10; ++j) normal[i][j] += window(y, x) * p[i] * p[j];
      }
    }
  }
  solve(normal, fit);
  for (std::int64_t y = 0; y < h; ++y) {
    for (std::int64_t x = 0; x < w; ++x) {
      const auto p = powers(y, x, h, w);
      double value = image.at(y0 + y, x0 + x);
      for (std::size_t i = 0; i < 10; ++i) value -= fit[i] * p[i];
      out.at(y, x) = value * window(y, x);
    }
  }
  return out;
}

struct Bin {
  double fy, fx;
  Value cross;
  double reference, moving;
  std::size_t ring;
};

double value_of(double v) { return v > 0.0 ? std::pow(v, 1.0 / 2.2) : v; }

}  // namespace

std::array<std::int64_t, 2> circular_peak(const Image& reference, const Image& moving, bool phase) {
  const std::int64_t h = reference.height;
  const std::int64_t w = reference.width;
  std::array<std::int64_t, 2> best{};
  double max = -INFINITY;
  std::vector<Value> cross;
  if (phase) {
    cross = spectrum_of(reference);
    const std::vector<Value> other = spectrum_of(moving);
    for (std::size_t i = 0; i < cross.size(); ++i) {
      cross[i] = std::conj(cross[i]) * other[i];
      cross[i] /= std::max(std::abs(cross[i]), 1e-300);
    }
  }
  for (std::int64_t dy = -(h / 2); dy <= (h - 1) / 2; ++dy) {
    for (std::int64_t dx = -(w / 2); dx <= (w - 1) / 2; ++dx) {
      double sum = 0.0;
      for (std::int64_t y = 0; y < h; ++y) {
        for (std::int64_t x = 0; x < w; ++x) {
          if (phase) {
            const double turns = static_cast<double>(y * dy) / static_cast<double>(h) +
                                 static_cast<double>(x * dx) / static_cast<double>(w);
            sum += (cross[static_cast<std::size_t>(y * w + x)] * std::polar(1.0, full_turn * turns))
                       .real();
          } else {
            sum += reference.at(y, x) * moving.at((y + dy + h) % h, (x + dx + w) % w);
          }
        }
      }
      if (sum > max) {
        max = sum;
        best = {dy, dx};
      }
    }
  }
  return best;
}

std::array<double, 2> likeliest_displacement(const Image& reference, const Image& moving,
                                             std::array<double, 2> start) {
  std::array<double, 2> d = start;
  for (int round = 0; round < 5; ++round) {
    std::array<std::int64_t, 2> integer{};
    std::array<double, 2> fraction{};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      integer[axis] = static_cast<std::int64_t>(std::floor(d[axis] + 0.5));
      fraction[axis] = d[axis] - static_cast<double>(integer[axis]);
    }
    const std::int64_t h = reference.height - std::abs(integer[0]);
    const std::int64_t w = reference.width - std::abs(integer[1]);
    const std::int64_t y0 = std::max<std::int64_t>(0, -integer[0]);
    const std::int64_t x0 = std::max<std::int64_t>(0, -integer[1]);
    const auto r = spectrum_of(windowed(reference, y0, x0, h, w, 0.0, 0.0));
    const auto m = spectrum_of(
        windowed(moving, y0 + integer[0], x0 + integer[1], h, w, fraction[0], fraction[1]));
    const auto shortest = static_cast<double>(std::min(h, w));
    std::vector<Bin> bins;
    std::size_t rings = 0;
    for (std::int64_t l = 0; l < h; ++l) {
      for (std::int64_t k = 0; 2 * k < w; ++k) {
        Bin bin{};
        bin.fy = signed_frequency(l, h);
        bin.fx = signed_frequency(k, w);
        const double f = std::hypot(bin.fy, bin.fx);
        if (f < 1.5 / shortest || 2 * l == h) continue;
        const auto i = static_cast<std::size_t>(l * w + k);
        bin.cross = std::conj(r[i]) * m[i];
        bin.reference = std::norm(r[i]);
        bin.moving = std::norm(m[i]);
        // Radii of a whole number of rings belong to the outer one, however they are rounded.
        bin.ring = static_cast<std::size_t>(0.5 * f * shortest + 1e-9);
        rings = std::max(rings, bin.ring + 1);
        bins.push_back(bin);
      }
    }
    std::vector<double> s(rings);
    std::vector<double> p1(rings);
    std::vector<double> p2(rings);
    std::vector<double> n(rings);
    for (const Bin& bin : bins) {
      s[bin.ring] +=
          (bin.cross * std::polar(1.0, full_turn * (bin.fy * fraction[0] + bin.fx * fraction[1])))
              .real();
      p1[bin.ring] += bin.reference;
      p2[bin.ring] += bin.moving;
      n[bin.ring] += 1.0;
    }
    const auto likelihood = [&](double ry, double rx) {
      double sum = 0.0;
      for (const Bin& bin : bins) {
        const std::size_t ring = bin.ring;
        if (s[ring] <= 0.0 || n[ring] < 12.0) continue;
        const double bias = 2.0 / n[ring];
        const double g = std::clamp(
            (s[ring] * s[ring] / (p1[ring] * p2[ring]) - bias) / (1.0 - bias), 0.0, 1.0 - 1e-6);
        const double weight = g / (1.0 - g) / (s[ring] / n[ring]);
        const double copies = bin.fx == 0.0 ? 1.0 : 2.0;
        sum += copies * weight *
               (bin.cross * std::polar(1.0, full_turn * (bin.fy * ry + bin.fx * rx))).real();
      }
      return sum;
    };
    double best = likelihood(fraction[0], fraction[1]);
    for (double step = 0.25; step > 1e-6;) {
      const std::array<double, 2> from = fraction;
      for (const auto& [ey, ex] : {std::array{step, 0.0}, std::array{-step, 0.0},
                                   std::array{0.0, step}, std::array{0.0, -step}}) {
        const double value = likelihood(from[0] + ey, from[1] + ex);
        if (value <= best) continue;
        best = value;
        fraction = {from[0] + ey, from[1] + ex};
      }
      if (fraction == from) step *= 0.5;
    }
    for (std::size_t axis = 0; axis < 2; ++axis) {
      d[axis] = static_cast<double>(integer[axis]) + fraction[axis];
    }
  }
  return d;
}

std::int64_t period_of(const std::string& letters) {
  std::int64_t period = 1;
  while (period * period < static_cast<std::int64_t>(letters.size())) ++period;
  return period;
}

std::array<std::int64_t, 2> nearest_colour_shift(const std::string& letters,
                                                 std::array<double, 2> shift, std::int64_t range) {
  const std::int64_t p = period_of(letters);
  const auto colour = [&](std::int64_t y, std::int64_t x) {
    return letters[static_cast<std::size_t>((y % p + p) % p * p + (x % p + p) % p)];
  };
  std::array<std::int64_t, 2> best{};
  double min_distance = INFINITY;
  for (std::int64_t dy = -range; dy <= range; ++dy) {
    for (std::int64_t dx = -range; dx <= range; ++dx) {
      bool keeps = true;
      for (std::int64_t y = 0; y < p; ++y) {
        for (std::int64_t x = 0; x < p; ++x)
          keeps = keeps && colour(y + dy, x + dx) == colour(y, x);
      }
      const double distance =
          std::hypot(static_cast<double>(dy) - shift[0], static_cast<double>(dx) - shift[1]);
      if (!keeps || distance >= min_distance) continue;
      min_distance = distance;
      best = {dy, dx};
    }
  }
  return best;
}

double pair_gain(const Stack& anchor, const Stack& target) {
  double top = 0.0;
  double bottom = 0.0;
  for (const double v : anchor.values) top += v;
  for (const double v : target.values) bottom += v;
  return top / bottom;
}

double pair_loss(const Stack& anchor, const Stack& target, double gain) {
  double sum = 0.0;
  for (std::size_t i = 0; i < anchor.values.size(); ++i) {
    sum += std::abs(anchor.values[i] - gain * target.values[i]);
  }
  return sum / static_cast<double>(anchor.values.size());
}

std::vector<int> pair_mask(const Stack& anchor, const Stack& target, double gain, double clip,
                           double threshold, double quantile, double margin) {
  const std::int64_t h = anchor.height;
  const std::int64_t w = anchor.width;
  std::vector<double> difference(static_cast<std::size_t>(h * w));
  for (std::int64_t y = 0; y < h; ++y) {
    for (std::int64_t x = 0; x < w; ++x) {
      for (std::int64_t c = 0; c < anchor.channels; ++c) {
        difference[static_cast<std::size_t>(y * w + x)] +=
            std::abs(value_of(anchor.at(c, y, x)) - value_of(gain * target.at(c, y, x)));
      }
    }
  }
  std::vector<double> sorted = difference;
  std::sort(sorted.begin(), sorted.end());
  const double place = quantile * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double bound = std::min(threshold, sorted[below] + (place - static_cast<double>(below)) *
                                                               (sorted[above] - sorted[below]));
  std::vector<int> kept(difference.size());
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = difference[i] <= bound * (1.0 + margin);
  const auto cross = [&](const std::vector<int>& from, bool all) {
    std::vector<int> to(from.size());
    for (std::int64_t y = 0; y < h; ++y) {
      for (std::int64_t x = 0; x < w; ++x) {
        int count = 0;
        for (const auto& [dy, dx] :
             {std::array<std::int64_t, 2>{0, 0}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
          if (y + dy < 0 || y + dy >= h || x + dx < 0 || x + dx >= w) continue;
          count += from[static_cast<std::size_t>((y + dy) * w + x + dx)];
        }
        to[static_cast<std::size_t>(y * w + x)] = all ? count == 5 : count > 0;
      }
    }
    return to;
  };
  std::vector<int> mask = cross(cross(kept, true), false);
  for (std::int64_t y = 0; y < h && clip != 0.0; ++y) {
    for (std::int64_t x = 0; x < w; ++x) {
      for (std::int64_t c = 0; c < anchor.channels; ++c) {
        if (anchor.at(c, y, x) >= clip) mask[static_cast<std::size_t>(y * w + x)] = 0;
      }
    }
  }
  return mask;
}

}  // namespace oracle
