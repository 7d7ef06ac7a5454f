// SPDX-License-Identifier: Apache-2.0
//
// Fixed patterns are found by the device where the CPU finds them.
#include "scene_images.hpp"

namespace ppatch {
namespace {

TEST_F(SceneImages, LargeOnesHaveLevelsAndFlagsOfFixedPatterns) {
  SCOPED_TRACE(seed_note());
  for (const int pattern : {0, 1, 2, 3}) {
    const std::string letters = pattern == 2   ? std::string("G")
                                : pattern == 3 ? xtrans_letters
                                               : bayer;
    const std::int64_t height = 1030 + 6 * pattern;
    const std::int64_t width = pattern == 3 ? 1300 : 1150;
    const SceneSettings s = settings(letters, height, width);
    Pixels pixels = draw_pixels(random_, s.cfa, DType::u16, height, width);
    std::normal_distribution<double> normal(0.0, 60.0);
    std::vector<double> rows;
    std::vector<double> columns;
    for (std::int64_t i = 0; i < std::max(height, width); ++i) {
      rows.push_back((pattern & 1) != 0 ? normal(random_) : 0.0);
      columns.push_back((pattern & 2) != 0 ? normal(random_) : 0.0);
    }
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        double& value = pixels.values[static_cast<std::size_t>(y * width + x)];
        value = std::max(
            0.0, value + rows[static_cast<std::size_t>(y)] + columns[static_cast<std::size_t>(x)]);
      }
    }
    pixels.store();
    const SceneImageView view = pixels.view();
    const Image expected = on_cpu(view, s, true);
    EXPECT_EQ(
        expected.state.flags,
        static_cast<std::uint32_t>(((pattern & 1) != 0 ? PPATCH_SHIFT_FLAG_FIXED_ROWS : 0) |
                                   ((pattern & 2) != 0 ? PPATCH_SHIFT_FLAG_FIXED_COLUMNS : 0)));
    expect_same(expected, on_device(view, s, true));
  }
}

// Where the CPU begins to see a pattern, the device does.
TEST_F(SceneImages, PatternsOfOneStrengthAreFoundByBoth) {
  SCOPED_TRACE(seed_note());
  for (const bool in_rows : {true, false}) {
    SceneSettings s = settings(bayer, 1024 + 2 * 17, 1024 + 2 * 13);
    s.repair_floats = false;
    Pixels plain;
    plain.dtype = DType::f32;
    plain.height = s.height;
    plain.width = plain.stride_y = s.width;
    std::normal_distribution<double> normal;
    for (std::int64_t i = 0; i < s.height * s.width; ++i) plain.values.push_back(normal(random_));
    std::vector<double> offsets;
    for (std::int64_t i = 0; i < s.height + s.width; ++i) offsets.push_back(normal(random_));
    const auto with_pattern = [&](double strength) {
      Pixels pixels = plain;
      for (std::int64_t y = 0; y < s.height; ++y) {
        for (std::int64_t x = 0; x < s.width; ++x) {
          pixels.values[static_cast<std::size_t>(y * s.width + x)] +=
              100.0 + strength * offsets[static_cast<std::size_t>(in_rows ? y : x)];
        }
      }
      pixels.store();
      return pixels;
    };
    const std::uint32_t flag =
        in_rows ? PPATCH_SHIFT_FLAG_FIXED_ROWS : PPATCH_SHIFT_FLAG_FIXED_COLUMNS;
    double unseen = 0.0;
    double seen = 0.3;
    while (seen - unseen > 0.005 * seen) {
      const double strength = 0.5 * (seen + unseen);
      const Pixels pixels = with_pattern(strength);
      const bool is_seen = (on_cpu(pixels.view(), s, true).state.flags & flag) != 0;
      (is_seen ? seen : unseen) = strength;
    }
    EXPECT_GT(unseen, 0.0);
    EXPECT_EQ(on_device(with_pattern(unseen).view(), s, true).state.flags, 0U);
    EXPECT_EQ(on_device(with_pattern(seen).view(), s, true).state.flags, flag);
  }
}

}  // namespace
}  // namespace ppatch
