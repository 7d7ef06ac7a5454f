// SPDX-License-Identifier: Apache-2.0
#include "support/field.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "oracle/registration/registration.hpp"
#include "support/fourier.hpp"

namespace {

using Value = std::complex<double>;
constexpr std::int64_t fine = 2048;  // samples of the fine grid, two a pixel
constexpr std::int64_t grid_size = fine / 2;
constexpr double pi = std::numbers::pi;

double sinc(double x) { return x == 0.0 ? 1.0 : std::sin(pi * x) / (pi * x); }

// Cycles per pixel of index k of the fine grid.
double frequency(std::int64_t k) {
  return 2.0 * static_cast<double>(k < fine / 2 ? k : k - fine) / static_cast<double>(fine);
}

class Gaussian {
 public:
  explicit Gaussian(Random& random) : random_(random) {}
  double operator()() { return normal_(random_); }

 private:
  Random& random_;
  std::normal_distribution<double> normal_;
};

// Spectra on the pixels' grid: what lies beyond its band folds into it.
struct Folded {
  std::vector<Value> pictures;  // spectrum of the still + i times that of the moved one
  std::vector<Value> gradient;  // of d/dy + i d/dx of the still one
  double variance = 0.0;
};

Folded fold(Random& random, double dy, double dx, bool with_gradient) {
  Folded out;
  const auto cells = static_cast<std::size_t>(grid_size * grid_size);
  out.pictures.resize(cells);
  if (with_gradient) out.gradient.resize(cells);
  std::vector<double> transfer(static_cast<std::size_t>(fine));
  std::vector<Value> ramp_x(static_cast<std::size_t>(fine));
  for (std::int64_t k = 0; k < fine; ++k) {
    const double f = frequency(k);
    transfer[static_cast<std::size_t>(k)] = std::exp(-2.0 * pi * pi * 0.25 * f * f) * sinc(f);
    ramp_x[static_cast<std::size_t>(k)] = std::polar(1.0, -2.0 * pi * f * dx);
  }
  Gaussian gaussian(random);
  const auto add = [&](std::int64_t ky, std::int64_t kx, Value amplitude, Value ramp) {
    const auto cell = static_cast<std::size_t>(ky % grid_size * grid_size + kx % grid_size);
    out.pictures[cell] += amplitude + Value(0.0, 1.0) * (amplitude * ramp);
    out.variance += std::norm(amplitude);
    if (!with_gradient) return;
    const Value slope = Value(0.0, 2.0 * pi) * amplitude;
    out.gradient[cell] += slope * frequency(ky) + Value(0.0, 1.0) * (slope * frequency(kx));
  };
  // Each frequency of one half plane together with its mirror image.
  for (std::int64_t ky = 0; ky < fine; ++ky) {
    if (ky == fine / 2) continue;
    const double fy = frequency(ky);
    const Value ramp_y = std::polar(1.0, -2.0 * pi * fy * dy);
    for (std::int64_t kx = 0; kx < fine / 2; ++kx) {
      if (kx == 0 && (ky == 0 || ky > fine / 2)) continue;
      const double fx = frequency(kx);
      const double size = std::pow(fy * fy + fx * fx, -0.6) *
                          transfer[static_cast<std::size_t>(ky)] *
                          transfer[static_cast<std::size_t>(kx)];
      const Value amplitude = size * Value(gaussian(), gaussian());
      const Value ramp = ramp_y * ramp_x[static_cast<std::size_t>(kx)];
      add(ky, kx, amplitude, ramp);
      add((fine - ky) % fine, (fine - kx) % fine, std::conj(amplitude), std::conj(ramp));
    }
  }
  return out;
}

Picture crop(const std::vector<Value>& grid, std::int64_t size, double scale, bool imaginary) {
  Picture picture{size, size, std::vector<float>(static_cast<std::size_t>(size * size))};
  const std::int64_t margin = (grid_size - size) / 2;
  for (std::int64_t y = 0; y < size; ++y) {
    for (std::int64_t x = 0; x < size; ++x) {
      const Value value = grid[static_cast<std::size_t>((y + margin) * grid_size + x + margin)];
      picture.at(y, x) = static_cast<float>(scale * (imaginary ? value.imag() : value.real()));
    }
  }
  return picture;
}

Picture mix(const Picture& a, double wa, const Picture& b, double wb, double mean) {
  Picture out = a;
  for (std::size_t i = 0; i < out.pixels.size(); ++i) {
    const double contrast =
        wa * static_cast<double>(a.pixels[i]) + wb * static_cast<double>(b.pixels[i]);
    out.pixels[i] = static_cast<float>(mean * (1.0 + 0.25 * contrast));
  }
  return out;
}

Picture sample(const std::array<Picture, 3>& fields, const std::string& letters, Random& random) {
  const Picture red = mix(fields[0], 0.9, fields[1], 0.35, 0.45);
  const Picture green = mix(fields[0], 1.0, fields[1], 0.0, 1.0);
  const Picture blue = mix(fields[0], 0.85, fields[2], 0.4, 0.6);
  const std::int64_t period = oracle::period_of(letters);
  Picture out = green;
  std::normal_distribution<double> normal;
  for (std::int64_t y = 0; y < out.height; ++y) {
    for (std::int64_t x = 0; x < out.width; ++x) {
      const char letter = letters[static_cast<std::size_t>(y % period * period + x % period)];
      const Picture& from = letter == 'R' ? red : letter == 'G' ? green : blue;
      const double value = from.at(y, x);
      out.at(y, x) =
          static_cast<float>(value + std::sqrt(1e-4 * std::max(value, 0.0)) * normal(random));
    }
  }
  return out;
}

}  // namespace

const std::string xtrans_letters = "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG";

FieldPair draw_field(Random& random, std::int64_t size, double dy, double dx, bool with_gradient) {
  Folded folded = fold(random, dy, dx, with_gradient);
  const double scale = 1.0 / std::sqrt(folded.variance);
  fourier_square(folded.pictures, static_cast<std::size_t>(grid_size), 1);
  FieldPair pair;
  pair.still = crop(folded.pictures, size, scale, false);
  pair.moved = crop(folded.pictures, size, scale, true);
  if (!with_gradient) return pair;
  fourier_square(folded.gradient, static_cast<std::size_t>(grid_size), 1);
  const Picture gy = crop(folded.gradient, size, scale, false);
  const Picture gx = crop(folded.gradient, size, scale, true);
  for (std::size_t i = 0; i < gy.pixels.size(); ++i) {
    const double y = gy.pixels[i];
    const double x = gx.pixels[i];
    pair.gradient[0] += y * y;
    pair.gradient[1] += y * x;
    pair.gradient[2] += x * x;
  }
  return pair;
}

void add_noise(Picture& picture, double sigma, Random& random) {
  std::normal_distribution<double> normal(0.0, sigma);
  for (float& pixel : picture.pixels) pixel += static_cast<float>(normal(random));
}

MosaicPair draw_mosaic(Random& random, const std::string& letters, std::int64_t size, double dy,
                       double dx) {
  std::array<Picture, 3> still;
  std::array<Picture, 3> moved;
  for (std::size_t i = 0; i < 3; ++i) {
    FieldPair pair = draw_field(random, size, dy, dx, false);
    still[i] = std::move(pair.still);
    moved[i] = std::move(pair.moved);
  }
  return {sample(still, letters, random), sample(moved, letters, random)};
}
