// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "selftest/answer.hpp"

namespace ptychopatch::app {
namespace {

constexpr std::int64_t height = 360;
constexpr std::int64_t width = 480;

// A smooth random scene, `dy` and `dx` pixels on, with noise of its own.
std::vector<std::uint16_t> scene(std::int64_t dy, std::int64_t dx, std::uint32_t seed) {
  constexpr int waves = 40;
  Numbers world(4);
  double wave[waves][4];
  for (auto& one : wave) {
    for (int axis = 0; axis < 2; ++axis) one[axis] = world.between(-0.6, 0.6);
    one[2] = world.between(0, 6.28);
    one[3] = world.between(50, 250);
  }
  Numbers noise(seed);
  std::vector<std::uint16_t> pixels;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      double value = 4000 + noise.between(-40, 40);
      for (const auto& one : wave) {
        value += one[3] * std::sin(one[0] * static_cast<double>(y - dy) +
                                   one[1] * static_cast<double>(x - dx) + one[2]);
      }
      pixels.push_back(static_cast<std::uint16_t>(std::clamp(value, 0.0, 16000.0)));
    }
  }
  return pixels;
}

}  // namespace

void add_registration(const Context& context, std::vector<KnownAnswer>& answers) {
  const std::vector<std::uint16_t> reference = scene(0, 0, 6);
  const std::vector<std::uint16_t> moving = scene(-6, 4, 7);
  const ppatch_cfa cfa = ptychopatch::cfa("RGGB");
  const std::vector<std::int64_t> shape = {height, width};
  const auto image_of = [&](const std::vector<std::uint16_t>& pixels) {
    return ppatch_scene_image_of(array(pixels.data(), shape));
  };
  ScenePlan plan(context, scene_options(height, width, cfa));
  plan.borrow_reference(image_of(reference));
  const ppatch_shift shift = plan.align(image_of(moving));
  // Not the CPU's bits: those of its own transforms.
  answers.push_back(Answer("align", 0.05, false)
                        .gave(std::vector<double>{shift.shift[0], shift.shift[1]})
                        .expect(shift.status == PPATCH_SHIFT_STATUS_OK ? 0 : 1)
                        .expect(std::abs(shift.shift[0] - 6))
                        .expect(std::abs(shift.shift[1] + 4))
                        .get());

  std::vector<std::uint16_t> moved(reference.size());
  image_shift(context, array(reference.data(), shape), {2, -3}, array(moved.data(), shape));
  Answer shifted("image shift", 0);
  shifted.gave(moved);
  for (std::int64_t y = 2; y < height; ++y) {
    for (std::int64_t x = 0; x < width - 3; ++x) {
      shifted.expect(std::abs(moved[static_cast<std::size_t>(y * width + x)] -
                              reference[static_cast<std::size_t>((y - 2) * width + x + 3)]));
    }
  }
  answers.push_back(shifted.get());

  ppatch_scene_image levelled = image_of(reference);
  levelled.own_levels = 1;
  std::fill(levelled.black, levelled.black + 4, 500.0);
  levelled.white = 16000;
  std::vector<float> normal(reference.size());
  mosaic_normalise(context, cfa, levelled, array(normal.data(), shape));
  Answer normalised("mosaic normalise", single);
  normalised.gave(normal);
  for (std::size_t i = 0; i < normal.size(); ++i) {
    normalised.expect(std::abs(static_cast<double>(normal[i]) - (reference[i] - 500.0) / 15500.0));
  }
  answers.push_back(normalised.get());

  const std::int64_t rows = height / 2;
  const std::int64_t columns = width / 2;
  std::vector<float> colours(static_cast<std::size_t>(3 * rows * columns));
  mosaic_bin(context, cfa, levelled, array(colours.data(), {3, rows, columns}));
  Answer binned("mosaic bin", single);
  binned.gave(colours);
  for (std::int64_t y = 0; y < rows; ++y) {
    for (std::int64_t x = 0; x < columns; ++x) {
      const auto at = [&](std::int64_t dy, std::int64_t dx) {
        return static_cast<double>(
            normal[static_cast<std::size_t>((2 * y + dy) * width + 2 * x + dx)]);
      };
      const double wanted[3] = {at(0, 0), (at(0, 1) + at(1, 0)) / 2, at(1, 1)};
      for (std::int64_t c = 0; c < 3; ++c) {
        const auto got = colours[static_cast<std::size_t>((c * rows + y) * columns + x)];
        binned.expect(std::abs(static_cast<double>(got) - wanted[c]));
      }
    }
  }
  answers.push_back(binned.get());

  std::vector<float> halved = normal;
  for (float& value : halved) value /= 2;
  const Array anchor = array(normal.data(), shape);
  const Array target = array(halved.data(), shape);
  const double gain = pair_gain(context, anchor, target);
  answers.push_back(
      Answer("pair gain", 1e-12).gave(std::vector<double>{gain}).expect(std::abs(gain - 2)).get());
  const double loss = pair_loss(context, anchor, target, 1);
  const double half = std::accumulate(halved.begin(), halved.end(), 0.0,
                                      [](double sum, float v) { return sum + std::abs(v); }) /
                      static_cast<double>(halved.size());
  answers.push_back(Answer("pair loss", 1e-12)
                        .gave(std::vector<double>{loss})
                        .expect(std::abs(loss - half))
                        .get());
  // All of it agrees; the opening takes the corners.
  std::vector<std::uint8_t> mask(normal.size());
  pair_mask(context, anchor, target, array(mask.data(), shape));
  std::vector<std::uint8_t> kept(normal.size(), 1);
  for (const std::int64_t y : {std::int64_t{0}, height - 1}) {
    for (const std::int64_t x : {std::int64_t{0}, width - 1}) {
      kept[static_cast<std::size_t>(y * width + x)] = 0;
    }
  }
  answers.push_back(Answer("pair mask", 0).gave(mask).expect(mask == kept ? 0 : 1).get());
}

}  // namespace ptychopatch::app
