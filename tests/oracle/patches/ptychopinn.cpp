// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/ptychopinn.hpp"

#include <cmath>

namespace oracle {
namespace {

using Complex = std::complex<double>;

struct Padded {
  std::int64_t height;
  std::int64_t width;
  std::vector<Complex> pixels;

  Complex at(std::int64_t y, std::int64_t x) const {
    const bool inside = y >= 0 && x >= 0 && y < height && x < width;
    return inside ? pixels[y * width + x] : 0;
  }

  Complex between(double y, double x) const {
    const double y0 = std::floor(y);
    const double x0 = std::floor(x);
    const auto i = static_cast<std::int64_t>(y0);
    const auto j = static_cast<std::int64_t>(x0);
    const Complex above = at(i, j) + (x - x0) * (at(i, j + 1) - at(i, j));
    const Complex below = at(i + 1, j) + (x - x0) * (at(i + 1, j + 1) - at(i + 1, j));
    return above + (y - y0) * (below - above);
  }
};

Padded padded(const std::vector<std::complex<float>>& image, std::int64_t height,
              std::int64_t width, std::int64_t margin) {
  Padded out{height + 2 * margin, width + 2 * margin, {}};
  out.pixels.resize(out.height * out.width);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      out.pixels[(y + margin) * out.width + x + margin] = image[y * width + x];
    }
  }
  return out;
}

}  // namespace

Offsets group_offsets(const std::vector<Offset>& positions, std::int64_t members) {
  Offsets out;
  for (std::size_t first = 0; first < positions.size(); first += members) {
    Offset mean{};
    for (std::int64_t j = 0; j < members; ++j) {
      for (int axis = 0; axis < 2; ++axis) mean[axis] += positions[first + j][axis];
    }
    for (double& component : mean) component /= static_cast<double>(members);
    out.global.push_back(mean);
    for (std::int64_t j = 0; j < members; ++j) {
      const Offset& p = positions[first + j];
      out.local.push_back({p[0] - mean[0], p[1] - mean[1]});
    }
  }
  return out;
}

std::vector<Offset> combined_offsets(const Offsets& offsets, int local_sign) {
  const std::size_t members = offsets.local.size() / offsets.global.size();
  std::vector<Offset> out;
  for (std::size_t k = 0; k < offsets.local.size(); ++k) {
    Offset sum{};
    for (int axis = 0; axis < 2; ++axis) {
      sum[axis] = static_cast<float>(offsets.global[k / members][axis] +
                                     local_sign * offsets.local[k][axis]);
    }
    out.push_back(sum);
  }
  return out;
}

std::vector<Complex> get_image_patches(const std::vector<std::complex<float>>& image,
                                       std::int64_t height, std::int64_t width,
                                       const std::vector<Offset>& offsets, std::int64_t members,
                                       std::int64_t n) {
  const Padded canvas = padded(image, height, width, n / 2);
  std::vector<Complex> out(offsets.size() * n * n);
  for (std::size_t k = 0; k < offsets.size(); ++k) {
    const std::int64_t group = static_cast<std::int64_t>(k) / members;
    const std::int64_t channel = static_cast<std::int64_t>(k) % members;
    for (std::int64_t r = 0; r < n; ++r) {
      for (std::int64_t q = 0; q < n; ++q) {
        out[((group * n + r) * n + q) * members + channel] =
            canvas.between(r + offsets[k][1], q + offsets[k][0]);
      }
    }
  }
  return out;
}

}  // namespace oracle
