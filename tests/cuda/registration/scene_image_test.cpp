// SPDX-License-Identifier: Apache-2.0
//
// Images of a scene as the device makes them: the CPU's bits, and close to their definition.
#include "oracle/registration/scene_image.hpp"

#include <cmath>

#include "scene_images.hpp"

namespace ppatch {
namespace {

std::vector<double> cropped(const Pixels& pixels, const SceneGeometry& g) {
  std::vector<double> out;
  for (std::int64_t y = 0; y < g.height; ++y) {
    const auto row = pixels.values.begin() + y * pixels.width;
    out.insert(out.end(), row, row + g.width);
  }
  return out;
}

TEST_F(SceneImages, AreTheCpusBitForBit) {
  SCOPED_TRACE(seed_note());
  const DType dtypes[] = {DType::u16, DType::f32, DType::f64};
  std::uniform_int_distribution<std::int64_t> side(4, 330);
  // In the last, neighbours of a colour lie in many ways.
  const std::string other = "RRGB";
  for (const std::string& letters : {std::string("G"), bayer, xtrans_letters, other}) {
    for (int i = 0; i < case_count(12); ++i) {
      const DType dtype = dtypes[i % 3];
      std::int64_t height = side(random_);
      std::int64_t width = side(random_);
      if (i % 4 == 1) height = 6 + height % 7;
      if (i % 4 == 2) width = 6 + width % 7;
      SceneSettings s = settings(letters, height, width);
      s.circular = i % 5 == 4;
      SCOPED_TRACE(testing::Message() << letters << ", " << height << " x " << width << ", dtype "
                                      << static_cast<int>(dtype) << ", case " << i);
      const SceneGeometry g(s, height, width);
      if (g.size[0][0] * g.size[0][1] < 16) continue;
      Pixels pixels = draw_pixels(random_, s.cfa, dtype, height, width);
      if (i % 3 == 2) {
        pixels.stride_x = 2;
        pixels.stride_y = 2 * width + 3;
      } else if (i % 2 == 1) {
        pixels.stride_y = (width + 15) / 8 * 8;
      }
      if (i % 6 == 3) {
        std::bernoulli_distribution kept(0.9);
        for (std::int64_t k = 0; k < height * width; ++k) {
          pixels.mask.push_back(kept(random_) ? 1 : 0);
        }
      }
      pixels.store();
      SceneImageView view = pixels.view();
      const double scale = dtype == DType::u16 ? 1.0 : 1e-3;
      for (double& black : view.black) black = 60.0 * scale;
      view.clips = i % 2 == 0;
      view.white = view.clips ? 3500.0 * scale : 0.0;
      expect_same(view, s, i % 3 != 1);
    }
  }
}

TEST_F(SceneImages, SmallOnesAreCloseToTheirDefinition) {
  SCOPED_TRACE(seed_note());
  std::uniform_int_distribution<std::int64_t> side(12, 60);
  int repaired = 0;
  for (const std::string& letters : {std::string("G"), bayer, xtrans_letters}) {
    for (int i = 0; i < case_count(4); ++i) {
      const SceneSettings s = settings(letters, side(random_), side(random_));
      const SceneGeometry g(s, s.height, s.width);
      SCOPED_TRACE(testing::Message() << letters << ", " << s.height << " x " << s.width);
      Pixels pixels = draw_pixels(random_, s.cfa, DType::u16, s.height, s.width);
      SceneImageView view = pixels.view();
      for (double& black : view.black) black = 60.0;
      view.clips = i % 2 == 1;
      view.white = view.clips ? 4000.0 : 0.0;
      const oracle::SceneImage expected =
          oracle::scene_image(letters.size() > 1 ? letters : std::string(),
                              {g.height, g.width, cropped(pixels, g)}, 60.0, view.white, g.step);
      repaired += expected.repaired;
      const Image found = on_device(view, s, true);
      ASSERT_EQ(found.state.status, scene_ok);
      ASSERT_EQ(found.planes[0].size(), expected.samples.size());
      for (std::size_t k = 0; k < expected.samples.size(); ++k) {
        // A float's rounding at the level of the largest pixels, a hundred times the mean.
        ASSERT_NEAR(found.planes[0][k], expected.samples[k], 2e-5) << k;
      }
    }
  }
  EXPECT_GT(repaired, 0);
}

// Sums over some rows are enough, unless what they say is suspicious.
TEST_F(SceneImages, LevelsComeFromTheCpusRows) {
  SCOPED_TRACE(seed_note());
  const SceneSettings s = settings(bayer, 2048, 2200);
  Pixels pixels = draw_pixels(random_, s.cfa, DType::u16, s.height, s.width);
  expect_same(pixels.view(), s, false);
  // Dark but for rows that are not looked at first.
  for (std::int64_t y = 0; y < s.height; ++y) {
    for (std::int64_t x = 0; x < s.width && y % 4 < 2; ++x) {
      pixels.values[static_cast<std::size_t>(y * s.width + x)] = 64.0;
    }
  }
  pixels.store();
  expect_same(pixels.view(), s, false);
}

TEST_F(SceneImages, StatusesAreTheCpus) {
  SCOPED_TRACE(seed_note());
  const SceneSettings s = settings(bayer, 64, 70);
  const auto expect_status = [&](const SceneImageView& view, std::int32_t status) {
    EXPECT_EQ(on_cpu(view, s, true).state.status, status);
    EXPECT_EQ(on_device(view, s, true).state.status, status);
    EXPECT_EQ(on_device(view, s, true).state.flags, 0U);
  };
  Pixels pixels = draw_pixels(random_, s.cfa, DType::u16, s.height, s.width);
  SceneImageView view = pixels.view();
  expect_status(view, scene_ok);
  view.clips = true;
  view.white = 65.0;
  expect_status(view, scene_saturated);
  pixels.mask.assign(pixels.values.size(), 0);
  expect_status(pixels.view(), scene_flat);
  for (std::size_t i = 0; i < 6; ++i) pixels.mask[i] = 1;
  expect_status(pixels.view(), scene_ok);
  pixels.mask.clear();
  for (double& value : pixels.values) value = 1000.0;
  pixels.store();
  expect_status(pixels.view(), scene_flat);
  for (const DType dtype : {DType::f32, DType::f64}) {
    Pixels floats = draw_pixels(random_, s.cfa, dtype, s.height, s.width);
    expect_status(floats.view(), scene_ok);
    for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
      const Pixels before = floats;
      std::uniform_int_distribution<std::size_t> any(0, floats.values.size() - 1);
      floats.values[any(random_)] = bad;
      floats.store();
      expect_status(floats.view(), scene_not_finite);
      floats = before;
    }
    for (double& value : floats.values) value = 0.1;
    floats.store();
    expect_status(floats.view(), scene_flat);
  }
}

}  // namespace
}  // namespace ppatch
