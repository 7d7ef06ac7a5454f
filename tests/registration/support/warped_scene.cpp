// SPDX-License-Identifier: Apache-2.0
#include "support/warped_scene.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/registration/registration.hpp"

Affine Affine::of(double dy, double dx, double radians, double scale) {
  const double c = scale * std::cos(radians);
  const double s = scale * std::sin(radians);
  return {{dy, dx}, {c, -s, s, c}};
}

BlobScene::BlobScene(Random& random, std::int64_t size, double beyond) : size_(size) {
  const double margin = beyond * static_cast<double>(size) + 40.0;
  std::uniform_real_distribution<double> place(-margin, static_cast<double>(size) + margin);
  std::uniform_real_distribution<double> logarithm(std::log(1.2), std::log(12.0));
  std::normal_distribution<double> normal;
  const double side = static_cast<double>(size) + 2.0 * margin;
  const auto count = static_cast<std::int64_t>(side * side / 40.0);
  for (std::int64_t i = 0; i < count; ++i) {
    const double y = place(random);
    const double x = place(random);
    const double radius = std::exp(logarithm(random));
    blobs_.push_back({y, x, radius, 1.5 * normal(random)});
  }
}

Picture BlobScene::look(const Affine& affine) const {
  Picture out{size_, size_, std::vector<float>(static_cast<std::size_t>(size_ * size_))};
  std::vector<double> sum(out.pixels.size(), 0.0);
  const double centre = 0.5 * static_cast<double>(size_ - 1);
  const double b[4] = {2.0 - affine.matrix[0], -affine.matrix[1], -affine.matrix[2],
                       2.0 - affine.matrix[3]};  // 1 - (M - 1): p - c + t = b (q - c)
  const double determinant = b[0] * b[3] - b[1] * b[2];
  const double grown = std::max(1.0, std::sqrt(std::abs(determinant)));
  for (const Blob& blob : blobs_) {
    const double qy = blob.y - centre;
    const double qx = blob.x - centre;
    const double py = centre - affine.shift[0] + b[0] * qy + b[1] * qx;
    const double px = centre - affine.shift[1] + b[2] * qy + b[3] * qx;
    const double reach = 5.5 * blob.radius * 1.05 * grown;
    const auto clamped = [&](double value) {
      return static_cast<std::int64_t>(
          std::clamp(std::ceil(value), 0.0, static_cast<double>(size_)));
    };
    for (std::int64_t y = clamped(py - reach); y < clamped(py + reach); ++y) {
      for (std::int64_t x = clamped(px - reach); x < clamped(px + reach); ++x) {
        const double ry = static_cast<double>(y) - py;
        const double rx = static_cast<double>(x) - px;
        const double u = (b[3] * ry - b[1] * rx) / determinant;
        const double v = (b[0] * rx - b[2] * ry) / determinant;
        sum[static_cast<std::size_t>(y * size_ + x)] +=
            blob.height * std::exp(-0.5 * (u * u + v * v) / (blob.radius * blob.radius));
      }
    }
  }
  std::transform(sum.begin(), sum.end(), out.pixels.begin(),
                 [](double value) { return static_cast<float>(value); });
  return out;
}

void put_object(const Picture& object, const Rectangle& place, std::int64_t dy, std::int64_t dx,
                Picture& still, Picture& moved) {
  for (std::int64_t y = place.y; y < place.y + place.height; ++y) {
    for (std::int64_t x = place.x; x < place.x + place.width; ++x) {
      still.at(y, x) = object.at(y, x);
      const std::int64_t there_y = y - dy;
      const std::int64_t there_x = x - dx;
      if (there_y < 0 || there_y >= moved.height || there_x < 0 || there_x >= moved.width) continue;
      moved.at(there_y, there_x) = object.at(y, x);
    }
  }
}

Picture through_cfa(const Picture& luminance, const Picture& chroma, const std::string& letters,
                    double contrast) {
  Picture out = luminance;
  const std::int64_t period = oracle::period_of(letters);
  for (std::int64_t y = 0; y < out.height; ++y) {
    for (std::int64_t x = 0; x < out.width; ++x) {
      const char letter = letters[static_cast<std::size_t>(y % period * period + x % period)];
      const double own = letter == 'R' ? 0.3 : letter == 'G' ? 0.0 : -0.3;
      const double mean = letter == 'R' ? 0.45 : letter == 'G' ? 1.0 : 0.6;
      out.at(y, x) = static_cast<float>(
          mean * (4.0 + contrast * (static_cast<double>(luminance.at(y, x)) +
                                    own * static_cast<double>(chroma.at(y, x)))));
    }
  }
  return out;
}
