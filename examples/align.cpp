// SPDX-License-Identifier: Apache-2.0
// The shift between two camera RAW mosaics of one scene, and one of them moved onto the other.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <vector>

#include "ptychopatch/ptychopatch.hpp"

constexpr std::int64_t image_size = 256;

// A mosaic of a scene that stands at (dy, dx), its greens brighter than its reds and blues.
std::vector<float> photograph(double dy, double dx) {
  std::vector<float> pixels(image_size * image_size);
  for (std::int64_t i = 0; i < image_size * image_size; ++i) {
    const std::int64_t row = i / image_size;
    const double y = static_cast<double>(row) - dy;
    const double x = static_cast<double>(i % image_size) - dx;
    double light = 3;
    for (int wave = 1; wave < 100; ++wave) {  // in every direction, so that nothing repeats
      const double along = y * std::cos(2.4 * wave) + x * std::sin(2.4 * wave);
      light += 0.1 * std::sin(0.01 * wave * along + wave * wave);
    }
    const bool green = (row + i) % 2 == 1;
    pixels[static_cast<std::size_t>(i)] = static_cast<float>(green ? 200 * light : 110 * light);
  }
  return pixels;
}

int main() try {
  const std::vector<float> still = photograph(0, 0);
  const std::vector<float> moved = photograph(4, -6);
  std::vector<float> back(still.size());

  const ptychopatch::Context context;
  ptychopatch::ScenePlan plan(
      context, ptychopatch::scene_options(image_size, image_size, ptychopatch::cfa("RGGB")));
  plan.borrow_reference(
      ppatch_scene_image_of(ptychopatch::array(still.data(), {image_size, image_size})));
  const ppatch_shift found =
      plan.align(ppatch_scene_image_of(ptychopatch::array(moved.data(), {image_size, image_size})));
  std::printf("%s: moved by (%lld, %lld) the second lies on the first, colour on colour\n",
              ptychopatch::shift_status_string(found.status),
              static_cast<long long>(found.lattice_shift[0]),
              static_cast<long long>(found.lattice_shift[1]));

  const double lattice[2] = {static_cast<double>(found.lattice_shift[0]),
                             static_cast<double>(found.lattice_shift[1])};
  ptychopatch::image_shift(context, ptychopatch::array(moved.data(), {image_size, image_size}),
                           lattice, ptychopatch::array(back.data(), {image_size, image_size}));
  std::printf("in the middle the first is %.0f, the second %.0f, and moved %.0f\n",
              still[100 * image_size + 100], moved[100 * image_size + 100],
              back[100 * image_size + 100]);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
