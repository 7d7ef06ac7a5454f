// SPDX-License-Identifier: Apache-2.0
#include "commands/simulate/mosaic_scene.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "commands/simulate/random.hpp"

namespace ptychopatch::simulate {
namespace {

constexpr std::uint64_t luminance_stream = 3, chroma_stream = 4, offset_stream = 5,
                        noise_stream = 1000;
constexpr std::int64_t from_border = 16;
constexpr double contrast = 0.25;
constexpr std::array<double, 3> means = {0.45, 1, 0.6};

std::int64_t margin_of(double furthest) {
  return static_cast<std::int64_t>(std::ceil(furthest)) + from_border;
}

std::int64_t grid_of(std::int64_t size, std::int64_t margin) {
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(size + 2 * margin)));
}

}  // namespace

std::uint64_t MosaicScene::bytes_needed(const Sensor& sensor, double furthest) {
  constexpr std::uint64_t fields = 3;
  const std::int64_t margin = margin_of(furthest);
  return fields * sizeof(std::complex<double>) *
         static_cast<std::uint64_t>(grid_of(sensor.height, margin)) *
         static_cast<std::uint64_t>(grid_of(sensor.width, margin));
}

MosaicScene::MosaicScene(const Sensor& sensor, double furthest, std::uint64_t seed)
    : sensor_(sensor),
      margin_(margin_of(furthest)),
      seed_(seed),
      grid_height_(grid_of(sensor.height, margin_)),
      grid_width_(grid_of(sensor.width, margin_)),
      luminance_(grid_height_, grid_width_, seed, luminance_stream),
      chroma_(grid_height_, grid_width_, seed, chroma_stream),
      offsets_(draw_offsets()) {}

MosaicScene::Offsets MosaicScene::draw_offsets() const {
  Offsets offsets;
  Gaussian gaussian(seed_, offset_stream);
  for (std::int64_t y = 0; y < sensor_.height; ++y) {
    offsets.rows.push_back(sensor_.fixed_pattern * gaussian.next());
  }
  for (std::int64_t x = 0; x < sensor_.width; ++x) {
    offsets.columns.push_back(sensor_.fixed_pattern * gaussian.next());
  }
  Random random(seed_, offset_stream + 1);
  const auto pixels = static_cast<double>(sensor_.height * sensor_.width);
  const auto count = static_cast<std::int64_t>(std::llround(sensor_.hot_pixels * pixels));
  for (std::int64_t i = 0; i < count; ++i) {
    offsets.hot.push_back(static_cast<std::size_t>(random.uniform() * pixels));
    offsets.heat.push_back(random.uniform(0.2, 2));
  }
  return offsets;
}

std::vector<std::uint16_t> MosaicScene::photograph(const Shift& shift, double brightness,
                                                   double iso, std::uint64_t number) const {
  const auto luminance = luminance_.sampled(shift.y, shift.x);
  const auto chroma = chroma_.sampled(shift.y, shift.x);
  std::vector<double> signal(static_cast<std::size_t>(sensor_.height * sensor_.width));
  for (std::int64_t y = 0; y < sensor_.height; ++y) {
    for (std::int64_t x = 0; x < sensor_.width; ++x) {
      const auto at = static_cast<std::size_t>((y + margin_) * grid_width_ + x + margin_);
      const double l = luminance[at].real();
      const std::array<double, 3> mixed = {0.9 * l + 0.35 * luminance[at].imag(), l,
                                           0.85 * l + 0.4 * chroma[at].real()};
      const std::uint8_t colour = sensor_.cfa.colour(y, x);
      signal[static_cast<std::size_t>(y * sensor_.width + x)] =
          brightness * std::max(0.0, means[colour] * (1 + contrast * mixed[colour]));
    }
  }
  Gaussian gaussian(seed_, noise_stream + number);
  const double shot = sensor_.shot * iso / 100;
  for (double& value : signal) {
    value += gaussian.next() * std::sqrt(shot * value + sensor_.read * sensor_.read);
  }
  for (std::size_t i = 0; i < offsets_.hot.size(); ++i) signal[offsets_.hot[i]] += offsets_.heat[i];
  const double scale = (sensor_.white - sensor_.black) / full_signal;
  std::vector<std::uint16_t> pixels(signal.size());
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const std::size_t y = i / static_cast<std::size_t>(sensor_.width);
    const std::size_t x = i % static_cast<std::size_t>(sensor_.width);
    const double value = signal[i] + offsets_.rows[y] + offsets_.columns[x];
    const double level =
        std::clamp(sensor_.black + scale * value, 0.0, static_cast<double>(sensor_.white));
    pixels[i] = static_cast<std::uint16_t>(std::lround(level));
  }
  return pixels;
}

}  // namespace ptychopatch::simulate
