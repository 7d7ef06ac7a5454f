// SPDX-License-Identifier: Apache-2.0
//
// What ppatch_image_warp refuses, and by which name; nothing is written then.
#include <gtest/gtest.h>

#include <cmath>

#include "registration/support/warp.hpp"

namespace {

TEST(WarpArguments, BadArgumentsAreRefusedByName) {
  const ptychopatch::Context context = scene_context();
  std::vector<float> from(64, 1.0F), out(64, 7.0F);
  const ppatch_array in = ptychopatch::array(from.data(), {8, 8});
  const ppatch_array to = ptychopatch::array(out.data(), {8, 8});
  const auto expect_refused =
      [&](const ppatch_scene_motion& motion, const std::vector<ppatch_tile_shift>& tiles,
          const std::string& words,
          ppatch_resample_options options = ptychopatch::resample_options()) {
        EXPECT_EQ(
            ppatch_image_warp(context.get(), &in, &motion, static_cast<std::int64_t>(tiles.size()),
                              tiles.empty() ? nullptr : tiles.data(), &options, &to),
            PPATCH_ERROR_INVALID_ARGUMENT);
        EXPECT_NE(std::string(ppatch_last_error()).find(words), std::string::npos)
            << ppatch_last_error();
        EXPECT_EQ(out, std::vector<float>(64, 7.0F));
      };
  for (const ppatch_motion_model model :
       std::initializer_list<ppatch_motion_model>{PPATCH_MOTION_MODEL_NONE, -1, 5}) {
    expect_refused(motion_of(model), {}, "motion.model");
  }
  ppatch_scene_motion motion = motion_of();
  motion.status = PPATCH_SHIFT_STATUS_UNRELATED;
  expect_refused(motion, {}, "motion.status");
  for (const double bad : {double(NAN), double(INFINITY), -2e9}) {
    motion = motion_of();
    motion.centre[1] = bad;
    expect_refused(motion, {}, "motion.centre[1]");
    motion = motion_of();
    motion.shift[0] = bad;
    expect_refused(motion, {}, "motion.shift[0]");
    motion = motion_of();
    motion.matrix[2] = bad;
    expect_refused(motion, {}, "motion.matrix[2]");
  }
  std::vector<ppatch_tile_shift> tiles(9);
  for (int i = 0; i < 9; ++i) {
    tiles[static_cast<std::size_t>(i)].centre[0] = (i - i % 3) / 3.0;
    tiles[static_cast<std::size_t>(i)].centre[1] = i % 3;
  }
  expect_refused(motion_of(), tiles, "tile_count");
  const ppatch_scene_motion field = motion_of(PPATCH_MOTION_MODEL_FIELD);
  expect_refused(field, {}, "tile_count");
  auto bad = tiles;
  bad[3].centre[1] = NAN;
  expect_refused(field, bad, "tiles[3].centre[1]");
  bad = tiles;
  bad[5].shift[1] = NAN;
  expect_refused(field, bad, "tiles[5].shift[1]");
  ppatch_resample_options options = ptychopatch::resample_options();
  options.sign = 2;
  expect_refused(motion_of(), {}, "options.sign", options);
  options = ptychopatch::resample_options();
  options.reserved = 1;
  expect_refused(motion_of(), {}, "options.reserved", options);
  EXPECT_EQ(ppatch_image_warp(context.get(), &in, &field, -1, tiles.data(), nullptr, &to),
            PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(ppatch_image_warp(context.get(), &in, &field, 9, nullptr, nullptr, &to),
            PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(ppatch_image_warp(context.get(), &in, nullptr, 0, nullptr, nullptr, &to),
            PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(out, std::vector<float>(64, 7.0F));
}

}  // namespace
