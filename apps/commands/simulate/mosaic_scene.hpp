// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "commands/simulate/random_field.hpp"
#include "mosaics/cfa.hpp"

namespace ptychopatch::simulate {

// The sensor that photographs a scene. Signals are counted in units of green's mean.
struct Sensor {
  std::int64_t height = 0;
  std::int64_t width = 0;
  mosaics::Cfa cfa;
  std::uint32_t black = 1024;
  std::uint32_t white = 16383;
  double shot = 1e-4;        // variance of the noise over the signal, at ISO 100
  double read = 0.002;       // standard deviation of the noise where there is no signal
  double fixed_pattern = 0;  // standard deviation of each row's and column's own offset
  double hot_pixels = 0;     // share of the pixels that have an offset of 0.2 to 2
};

// In px.
struct Shift {
  double y = 0;
  double x = 0;
};

// How many units fill a pixel up.
inline constexpr double full_signal = 2.5;

// Three random fields mixed to colours, R = 0.9 L + 0.35 C1, G = L, B = 0.85 L + 0.4 C2, of means
// 0.45, 1 and 0.6 and contrast 0.25, sampled by the sensor's pattern. Photographs differ in shift,
// brightness and noise; what belongs to the sensor stays in its place.
class MosaicScene {
 public:
  // No photograph is shifted further than furthest (px), which keeps the fields' period out.
  MosaicScene(const Sensor& sensor, double furthest, std::uint64_t seed);

  // With the shift d = (dy, dx) that registers it onto an unshifted one: it shows at (y, x) what
  // that shows at (y + dy, x + dx). The photograph's number draws its noise.
  std::vector<std::uint16_t> photograph(const Shift& shift, double brightness, double iso,
                                        std::uint64_t number) const;

  static std::uint64_t bytes_needed(const Sensor& sensor, double furthest);

 private:
  struct Offsets {
    std::vector<double> rows, columns;
    std::vector<std::size_t> hot;
    std::vector<double> heat;
  };
  Offsets draw_offsets() const;

  Sensor sensor_;
  std::int64_t margin_;
  std::uint64_t seed_;
  std::int64_t grid_height_, grid_width_;
  RandomField luminance_;  // and the first chroma
  RandomField chroma_;
  Offsets offsets_;
};

}  // namespace ptychopatch::simulate
