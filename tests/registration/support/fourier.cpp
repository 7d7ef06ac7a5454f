// SPDX-License-Identifier: Apache-2.0
#include "support/fourier.hpp"

#include <cmath>
#include <map>
#include <numbers>

namespace {

using Value = std::complex<double>;

const std::vector<Value>& roots_of(std::size_t size) {
  static std::map<std::size_t, std::vector<Value>> known;
  std::vector<Value>& roots = known[size];
  if (roots.empty()) {
    for (std::size_t k = 0; k < size / 2 + 1; ++k) {
      roots.push_back(std::polar(
          1.0, 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size)));
    }
  }
  return roots;
}

}  // namespace

void fourier_line(Value* x, std::size_t size, int sign) {
  for (std::size_t i = 1, j = 0; i < size; ++i) {
    std::size_t bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  const std::vector<Value>& roots = roots_of(size);
  for (std::size_t half = 1; half < size; half *= 2) {
    const std::size_t step = size / (2 * half);
    for (std::size_t start = 0; start < size; start += 2 * half) {
      for (std::size_t k = 0; k < half; ++k) {
        const Value root = sign > 0 ? roots[k * step] : std::conj(roots[k * step]);
        const Value odd = {
            x[start + half + k].real() * root.real() - x[start + half + k].imag() * root.imag(),
            x[start + half + k].real() * root.imag() + x[start + half + k].imag() * root.real()};
        x[start + half + k] = x[start + k] - odd;
        x[start + k] += odd;
      }
    }
  }
}

void fourier_square(std::vector<Value>& x, std::size_t n, int sign) {
  for (std::size_t y = 0; y < n; ++y) fourier_line(x.data() + y * n, n, sign);
  constexpr std::size_t together = 8;
  std::vector<Value> columns(together * n);
  for (std::size_t first = 0; first < n; first += together) {
    for (std::size_t y = 0; y < n; ++y) {
      for (std::size_t c = 0; c < together; ++c) columns[c * n + y] = x[y * n + first + c];
    }
    for (std::size_t c = 0; c < together; ++c) fourier_line(columns.data() + c * n, n, sign);
    for (std::size_t y = 0; y < n; ++y) {
      for (std::size_t c = 0; c < together; ++c) x[y * n + first + c] = columns[c * n + y];
    }
  }
}
