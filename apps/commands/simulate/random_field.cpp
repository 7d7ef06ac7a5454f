// SPDX-License-Identifier: Apache-2.0
#include "commands/simulate/random_field.hpp"

#include <algorithm>
#include <cmath>
#include <kissfft/kissfft.hh>
#include <numbers>

#include "commands/simulate/random.hpp"

namespace ptychopatch::simulate {
namespace {

using Complex = std::complex<double>;

constexpr double pi = std::numbers::pi;
constexpr double slope = 1.2;
constexpr double lens_blur = 0.5;  // px

double box(double f) { return f == 0 ? 1 : std::sin(pi * f) / (pi * f); }

double lens(double squared) { return std::exp(-2 * pi * pi * lens_blur * lens_blur * squared); }

}  // namespace

void inverse_transform(std::vector<Complex>& values, std::int64_t height, std::int64_t width) {
  const auto rows = static_cast<std::size_t>(height), columns = static_cast<std::size_t>(width);
  const kissfft<double> row(columns, true), column(rows, true);
  std::vector<Complex> line(std::max(rows, columns));
  for (std::size_t y = 0; y < rows; ++y) {
    row.transform(&values[y * columns], line.data());
    std::copy_n(line.begin(), columns, &values[y * columns]);
  }
  for (std::size_t x = 0; x < columns; ++x) {
    column.transform(&values[x], line.data(), 0, 1, columns);
    for (std::size_t y = 0; y < rows; ++y) values[y * columns + x] = line[y];
  }
}

RandomField::RandomField(std::int64_t height, std::int64_t width, std::uint64_t seed,
                         std::uint64_t stream)
    : height_(height), width_(width), seed_(seed), stream_(stream) {
  const std::vector<Complex> values = transformed(0, 0);
  const auto count = static_cast<double>(values.size());
  double real = 0, imaginary = 0;
  for (const Complex& value : values) {
    real += value.real() * value.real();
    imaginary += value.imag() * value.imag();
  }
  // The spectrum has no mean, so neither has the field.
  scale_real_ = 1 / std::sqrt(real / count);
  scale_imaginary_ = 1 / std::sqrt(imaginary / count);
}

std::vector<Complex> RandomField::sampled(double dy, double dx) const {
  std::vector<Complex> values = transformed(dy, dx);
  for (Complex& value : values) {
    value = {value.real() * scale_real_, value.imag() * scale_imaginary_};
  }
  return values;
}

std::vector<Complex> RandomField::transformed(double dy, double dx) const {
  std::vector<Complex> spectrum(static_cast<std::size_t>(height_ * width_));
  std::vector<Complex> ramp(static_cast<std::size_t>(2 * width_));
  std::vector<double> column_box(ramp.size());
  for (std::int64_t l = -width_; l < width_; ++l) {
    const double fx = static_cast<double>(l) / static_cast<double>(width_);
    ramp[static_cast<std::size_t>(l + width_)] = std::polar(1.0, 2 * pi * fx * dx);
    column_box[static_cast<std::size_t>(l + width_)] = box(fx);
  }
  for (std::int64_t k = -height_; k < height_; ++k) {
    const double fy = static_cast<double>(k) / static_cast<double>(height_);
    const Complex row_ramp = std::polar(1.0, 2 * pi * fy * dy) * box(fy);
    Gaussian gaussian(seed_, stream_ << 32 | static_cast<std::uint64_t>(k + height_));
    Complex* row = spectrum.data() + (k + height_) % height_ * width_;
    for (std::int64_t l = -width_; l < width_; ++l) {
      const Complex noise = gaussian.pair();
      const double fx = static_cast<double>(l) / static_cast<double>(width_);
      const double squared = fy * fy + fx * fx;
      if (squared == 0) continue;
      const auto column = static_cast<std::size_t>(l + width_);
      const double amplitude = std::pow(squared, -slope / 2) * lens(squared) * column_box[column];
      row[(l + width_) % width_] += amplitude * noise * row_ramp * ramp[column];
    }
  }
  inverse_transform(spectrum, height_, width_);
  return spectrum;
}

}  // namespace ptychopatch::simulate
