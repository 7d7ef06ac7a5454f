// SPDX-License-Identifier: Apache-2.0
//
// One bright spot at a known place must come out where the header says, at every entry point: a
// sign that is wrong everywhere alike passes every round trip.
#include <gtest/gtest.h>

#include <cmath>

#include "registration/support/scene.hpp"

namespace {

using ptychopatch::scene_options;

// A spot about (y, x), of about a mosaic's period.
Picture spot(std::int64_t size, double y, double x) {
  Picture picture{size, size, std::vector<float>(static_cast<std::size_t>(size * size))};
  for (std::int64_t i = 0; i < size; ++i) {
    for (std::int64_t j = 0; j < size; ++j) {
      const double d2 =
          std::pow(static_cast<double>(i) - y, 2) + std::pow(static_cast<double>(j) - x, 2);
      picture.at(i, j) = static_cast<float>(1.0 + 20.0 * std::exp(-d2 / 18.0));
    }
  }
  return picture;
}

TEST(Orientation, ASpotFurtherDownIsMovedUp) {
  const Picture still = spot(96, 40, 50);
  const Picture moved = spot(96, 46, 47);
  for (const ppatch_method method :
       {PPATCH_METHOD_ML, PPATCH_METHOD_PHASE, PPATCH_METHOD_CROSS, PPATCH_METHOD_PER_PLANE}) {
    for (const char* letters : {"", "RGGB", "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG"}) {
      ppatch_scene_options options = scene_options(96, 96, cfa_of(letters));
      options.method = method;
      const ppatch_shift found = align_pair(image_of(still), image_of(moved), options);
      const double tolerance = method == PPATCH_METHOD_PER_PLANE ? 3.0 : 0.5;
      EXPECT_NEAR(found.shift[0], -6.0, tolerance) << method << " " << letters;
      EXPECT_NEAR(found.shift[1], 3.0, tolerance) << method << " " << letters;
      options.sign = PPATCH_SHIFT_SIGN_DISPLACEMENT;
      const ppatch_shift other = align_pair(image_of(still), image_of(moved), options);
      for (int axis = 0; axis < 2; ++axis) {
        EXPECT_EQ(other.shift[axis], -found.shift[axis]);
        EXPECT_EQ(other.lattice_shift[axis], -found.lattice_shift[axis]);
        EXPECT_EQ(other.lattice_residual[axis], -found.lattice_residual[axis]);
      }
    }
  }
}

TEST(Orientation, MaskedCorrelationHasTheSameSign) {
  const Picture still = spot(60, 20, 30);
  const Picture moved = spot(60, 25, 28);
  const std::vector<std::uint8_t> all(3600, 1);
  ppatch_scene_image reference = image_of(still);
  reference.mask = ptychopatch::array(all.data(), {60, 60});
  ppatch_scene_options options = scene_options(60, 60);
  options.method = PPATCH_METHOD_CROSS;
  const ppatch_shift found = align_pair(reference, image_of(moved), options);
  EXPECT_EQ(found.shift[0], -5.0);
  EXPECT_EQ(found.shift[1], 2.0);
}

TEST(Orientation, TheShiftFoundRegistersTheImage) {
  const Picture still = spot(64, 30, 20);
  const Picture moved = spot(64, 26, 25);
  const ptychopatch::Context context = scene_context();
  for (const double factor : {1.0, 0.5}) {
    const double shift[2] = {4.0 * factor, -5.0 * factor};
    const Picture expected = spot(64, 26 + shift[0], 25 + shift[1]);
    Picture out = moved;
    for (float& pixel : out.pixels) pixel = NAN;
    ppatch_resample_options options{};
    options.struct_size = sizeof options;
    options.interpolation = PPATCH_INTERPOLATION_LANCZOS3;
    options.boundary = PPATCH_BOUNDARY_EDGE;
    const ppatch_array from = ptychopatch::array(moved.pixels.data(), {64, 64});
    const ppatch_array to = ptychopatch::array(out.pixels.data(), {64, 64});
    ptychopatch::check(ppatch_image_shift(context.get(), &from, shift, &options, &to));
    for (std::int64_t y = 0; y < 64; ++y) {
      for (std::int64_t x = 0; x < 64; ++x) {
        EXPECT_NEAR(out.at(y, x), expected.at(y, x), factor == 1.0 ? 1e-5 : 0.02);
      }
    }
  }
}

TEST(Orientation, CommonAreasHoldTheSameScene) {
  Random random = test_random("CommonAreas");
  SCOPED_TRACE(seed_note());
  std::uniform_int_distribution<std::int64_t> size(1, 30);
  std::uniform_int_distribution<std::int64_t> step(-35, 35);
  for (int i = 0; i < case_count(200); ++i) {
    const std::int64_t reference[2] = {size(random), size(random)};
    const std::int64_t moving[2] = {size(random), size(random)};
    const std::int64_t shift[2] = {step(random), step(random)};
    ppatch_common_area area;
    ptychopatch::check(ppatch_common_area_of(reference, moving, shift, &area));
    std::int64_t pixels = 0;
    for (std::int64_t y = 0; y < reference[0]; ++y) {
      for (std::int64_t x = 0; x < reference[1]; ++x) {
        const std::int64_t my = y - shift[0];
        const std::int64_t mx = x - shift[1];
        if (my < 0 || my >= moving[0] || mx < 0 || mx >= moving[1]) continue;
        if (pixels++ == 0) {
          EXPECT_EQ(area.reference_y, y);
          EXPECT_EQ(area.reference_x, x);
          EXPECT_EQ(area.moving_y, my);
          EXPECT_EQ(area.moving_x, mx);
        }
      }
    }
    EXPECT_EQ(area.height * area.width, pixels);
  }
}

}  // namespace
