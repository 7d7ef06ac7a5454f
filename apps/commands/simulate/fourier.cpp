// SPDX-License-Identifier: Apache-2.0
#include "commands/simulate/fourier.hpp"

#include <bit>
#include <numbers>
#include <stdexcept>
#include <utility>

namespace ptychopatch::simulate {
namespace {

using Complex = std::complex<double>;

// Decimation in time, radix two: this is for demos and tests, where the noise costs more.
class Line {
 public:
  explicit Line(std::int64_t size) : size_(static_cast<std::size_t>(size)), twiddles_(size_ / 2) {
    if (!std::has_single_bit(size_)) throw std::logic_error("a transform's size is no power of 2");
    for (std::size_t i = 0; i < twiddles_.size(); ++i) {
      twiddles_[i] = std::polar(
          1.0, 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size_));
    }
  }

  void operator()(Complex* values) const {
    reorder(values);
    for (std::size_t half = 1; half < size_; half *= 2) {
      const std::size_t stride = size_ / (2 * half);
      for (std::size_t begin = 0; begin < size_; begin += 2 * half) {
        for (std::size_t i = 0; i < half; ++i) {
          const Complex& twiddle = twiddles_[i * stride];
          Complex& upper = values[begin + i];
          Complex& lower = values[begin + half + i];
          const Complex turned(lower.real() * twiddle.real() - lower.imag() * twiddle.imag(),
                               lower.real() * twiddle.imag() + lower.imag() * twiddle.real());
          lower = upper - turned;
          upper += turned;
        }
      }
    }
  }

 private:
  void reorder(Complex* values) const {
    for (std::size_t i = 1, mirrored = 0; i < size_; ++i) {
      std::size_t bit = size_ / 2;
      for (; (mirrored & bit) != 0; bit /= 2) mirrored ^= bit;
      mirrored ^= bit;
      if (i < mirrored) std::swap(values[i], values[mirrored]);
    }
  }

  std::size_t size_;
  std::vector<Complex> twiddles_;
};

}  // namespace

void inverse_transform(std::vector<Complex>& values, std::int64_t height, std::int64_t width) {
  const Line row(width), column(height);
  for (std::int64_t y = 0; y < height; ++y) row(values.data() + y * width);
  std::vector<Complex> line(static_cast<std::size_t>(height));
  for (std::int64_t x = 0; x < width; ++x) {
    for (std::int64_t y = 0; y < height; ++y) {
      line[static_cast<std::size_t>(y)] = values[static_cast<std::size_t>(y * width + x)];
    }
    column(line.data());
    for (std::int64_t y = 0; y < height; ++y) {
      values[static_cast<std::size_t>(y * width + x)] = line[static_cast<std::size_t>(y)];
    }
  }
}

}  // namespace ptychopatch::simulate
