// SPDX-License-Identifier: Apache-2.0
//
// Images of a camera's size: sums that do not overflow, levels of several sizes, memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "registration/support/scene.hpp"

namespace {

using ptychopatch::scene_options;

std::uint32_t mixed(std::uint64_t key) {
  key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9ULL;
  key = (key ^ (key >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<std::uint32_t>((key ^ (key >> 31)) >> 32);
}

// A picture with detail on several scales, as a camera's integers up to `max_value`; pixel (y, x)
// shows the scene at (y - dy, x - dx), with noise of its own.
std::vector<std::uint16_t> shot(std::int64_t height, std::int64_t width, std::int64_t dy,
                                std::int64_t dx, std::uint64_t seed, std::uint64_t noise_seed,
                                double max_value) {
  std::vector<std::uint16_t> out(static_cast<std::size_t>(height * width));
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      double value = 0.0;
      for (const int bits : {2, 3, 5}) {
        const auto row = static_cast<std::uint64_t>((y - dy + 4096) >> bits);
        const auto column = static_cast<std::uint64_t>((x - dx + 4096) >> bits);
        value += mixed(seed + (static_cast<std::uint64_t>(bits) << 60) + (row << 28) + column) /
                 4294967296.0;
      }
      const auto at = static_cast<std::uint64_t>(y * width + x);
      value += 0.2 * mixed(noise_seed + at) / 4294967296.0;
      out[static_cast<std::size_t>(y * width + x)] =
          static_cast<std::uint16_t>(max_value * (0.5 + 0.5 * value / 3.2));
    }
  }
  return out;
}

TEST(LargeScene, OfSixtyMegapixelsNearTheirLimit) {
  constexpr std::int64_t height = 6300;
  constexpr std::int64_t width = 9504;
  Random random = test_random("SixtyMegapixels");
  const std::uint64_t seed = random();
  const auto still = shot(height, width, 0, 0, seed, random(), 65535.0);
  const auto moved = shot(height, width, -34, 58, seed, random(), 65535.0);
  ptychopatch::ScenePlan plan(scene_context(),
                              scene_options(height, width, ptychopatch::cfa("GBRG")));
  ppatch_scene_plan_info info = PPATCH_SCENE_PLAN_INFO_INIT;
  ptychopatch::check(ppatch_scene_plan_get_info(plan.get(), &info));
  EXPECT_LE(info.bytes, 6U * height * width);
  plan.borrow_reference(image_of(still, height, width));
  const ppatch_shift shift = align(plan, image_of(moved, height, width));
  EXPECT_EQ(shift.status, PPATCH_SHIFT_STATUS_OK) << seed_note();
  EXPECT_NEAR(shift.shift[0], 34.0, 0.01) << seed_note();
  EXPECT_NEAR(shift.shift[1], -58.0, 0.01) << seed_note();
  EXPECT_EQ(shift.lattice_shift[0], 34);
  EXPECT_EQ(shift.lattice_shift[1], -58);
  EXPECT_GT(shift.coherence, 0.3);
}

// The levels come from a sample of the rows, but never the word that there is nothing to see: here
// a band of the image is all that has structure, in rows of which none is in any regular sample of
// every second period or more, or has light below the white level.
TEST(LargeScene, StructureInAFewRowsIsSeen) {
  constexpr std::int64_t height = 3000;
  constexpr std::int64_t width = 3000;
  Random random = test_random("StructureInAFewRows");
  const std::uint64_t seed = random();
  for (const std::uint16_t beside : {1000, 65535}) {
    auto still = shot(height, width, 0, 0, seed, random(), 30000.0);
    auto moved = shot(height, width, 4, -6, seed, random(), 30000.0);
    for (auto* image : {&still, &moved}) {
      for (std::int64_t y = 0; y < height; ++y) {
        if (y / 2 % 4 == 3) continue;
        std::fill_n(image->begin() + y * width, width, beside);
      }
    }
    ppatch_scene_options options = scene_options(height, width, ptychopatch::cfa("RGGB"));
    options.white = 65535.0;
    ptychopatch::ScenePlan plan(scene_context(), options);
    plan.borrow_reference(image_of(still, height, width));
    const ppatch_shift shift = align(plan, image_of(moved, height, width));
    EXPECT_NE(shift.status, PPATCH_SHIFT_STATUS_FLAT) << beside << ", " << seed_note();
    EXPECT_NE(shift.status, PPATCH_SHIFT_STATUS_SATURATED) << beside << ", " << seed_note();
    EXPECT_NE(shift.status, PPATCH_SHIFT_STATUS_REFERENCE) << beside << ", " << seed_note();
  }
}

// What a plan keeps where there is room changes no bit.
TEST(LargeScene, IsAlignedAlikeWithinAnyBudget) {
  constexpr std::int64_t height = 3000;
  constexpr std::int64_t width = 4000;
  Random random = test_random("AnyBudget");
  const std::uint64_t seed = random();
  const auto still = shot(height, width, 0, 0, seed, random(), 16000.0);
  const std::vector<std::uint16_t> moved[] = {shot(height, width, 6, -3, seed, random(), 9000.0),
                                              shot(height, width, -2, 1, seed, random(), 15000.0),
                                              shot(height, width, 90, 70, seed, random(), 16000.0)};
  const ppatch_scene_options options = scene_options(height, width, ptychopatch::cfa("RGGB"));
  const auto run = [&](std::uint64_t budget, std::uint64_t& bytes) {
    ppatch_context_options context = scene_context_options();
    context.memory_budget = budget;
    ptychopatch::ScenePlan plan(ptychopatch::Context(context), options);
    ppatch_scene_plan_info info = PPATCH_SCENE_PLAN_INFO_INIT;
    ptychopatch::check(ppatch_scene_plan_get_info(plan.get(), &info));
    bytes = info.bytes;
    plan.borrow_reference(image_of(still, height, width));
    std::vector<ppatch_shift> shifts;
    for (const auto& image : moved) shifts.push_back(align(plan, image_of(image, height, width)));
    return shifts;
  };
  std::uint64_t bytes = 0;
  const std::vector<ppatch_shift> roomy = run(0, bytes);
  EXPECT_LE(bytes, 6U * height * width);
  const std::int64_t truth[3][2] = {{-6, 3}, {2, -1}, {-90, -70}};
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_EQ(roomy[j].status, PPATCH_SHIFT_STATUS_OK);
    EXPECT_NEAR(roomy[j].shift[0], static_cast<double>(truth[j][0]), 0.01) << seed_note();
    EXPECT_NEAR(roomy[j].shift[1], static_cast<double>(truth[j][1]), 0.01) << seed_note();
  }
  std::uint64_t less = 0;
  const std::vector<ppatch_shift> tight = run(bytes - 1, less);
  EXPECT_LT(less, bytes);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_TRUE(same_bytes(&roomy[j], &tight[j], sizeof roomy[j])) << seed_note();
  }
}

}  // namespace
