// SPDX-License-Identifier: Apache-2.0
//
// Images that tell nothing get a status, not a number; a pattern that stays with the sensor is not
// taken for the scene.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "registration/support/scene.hpp"

namespace {

using ptychopatch::scene_options;

class Status : public testing::Test {
 protected:
  Random random_ = test_random(testing::UnitTest::GetInstance()->current_test_info()->name());
  Picture still_ = draw_field(random_, 256, 0.0, 0.0, false).still;
};

void expect_nothing_measured(const ppatch_shift& found) {
  for (int axis = 0; axis < 2; ++axis) {
    EXPECT_TRUE(std::isnan(found.shift[axis]));
    EXPECT_TRUE(std::isnan(found.lattice_residual[axis]));
    EXPECT_EQ(found.lattice_shift[axis], 0);
  }
  for (const double value :
       {found.covariance[0], found.covariance[1], found.covariance[2], found.peak,
        found.second_peak_ratio, found.coherence, found.residual, found.gain}) {
    EXPECT_TRUE(std::isnan(value));
  }
}

TEST_F(Status, ImagesWithoutStructure) {
  Picture flat = still_;
  for (float& pixel : flat.pixels) pixel = 3.0F;
  Picture black = still_;
  for (float& pixel : black.pixels) pixel = 0.0F;
  Picture broken = still_;
  broken.at(100, 3) = NAN;
  Picture infinite = still_;
  infinite.at(0, 255) = -std::numeric_limits<float>::infinity();
  Picture bright = still_;
  for (float& pixel : bright.pixels) pixel += 100.0F;
  const std::pair<const Picture*, ppatch_shift_status> cases[] = {
      {&flat, PPATCH_SHIFT_STATUS_FLAT},
      {&black, PPATCH_SHIFT_STATUS_FLAT},
      {&broken, PPATCH_SHIFT_STATUS_NOT_FINITE},
      {&infinite, PPATCH_SHIFT_STATUS_NOT_FINITE},
      {&bright, PPATCH_SHIFT_STATUS_SATURATED}};
  for (const char* letters : {"", "RGGB"}) {
    for (const ppatch_method method :
         {PPATCH_METHOD_ML, PPATCH_METHOD_PHASE, PPATCH_METHOD_CROSS, PPATCH_METHOD_PER_PLANE}) {
      ppatch_scene_options options = scene_options(256, 256, cfa_of(letters));
      options.method = method;
      options.white = 50.0;
      Picture raised = still_;  // a raw image has light everywhere
      for (float& pixel : raised.pixels) pixel += 8.0F;
      ptychopatch::ScenePlan plan(scene_context(), options);
      plan.borrow_reference(image_of(raised));
      for (const auto& [picture, status] : cases) {
        const ppatch_shift found = align(plan, image_of(*picture));
        EXPECT_EQ(found.status, status) << ppatch_shift_status_string(found.status);
        expect_nothing_measured(found);
      }
      EXPECT_EQ(align(plan, image_of(raised)).status, PPATCH_SHIFT_STATUS_OK);
      for (const auto& [picture, status] : cases) {
        plan.borrow_reference(image_of(*picture));
        const ppatch_shift found = align(plan, image_of(raised));
        EXPECT_EQ(found.status, PPATCH_SHIFT_STATUS_REFERENCE);
        expect_nothing_measured(found);
      }
    }
  }
}

TEST_F(Status, EqualImages) {
  const ppatch_shift found =
      align_pair(image_of(still_), image_of(still_), scene_options(256, 256));
  EXPECT_EQ(found.status, PPATCH_SHIFT_STATUS_OK);
  EXPECT_NEAR(found.shift[0], 0.0, 1e-5);
  EXPECT_NEAR(found.shift[1], 0.0, 1e-5);
  EXPECT_GT(found.coherence, 0.99);
  EXPECT_NEAR(found.peak, 1.0, 1e-4);
  EXPECT_LT(found.residual, 0.01);
  EXPECT_NEAR(found.gain, 1.0, 1e-4);
  EXPECT_TRUE(found.flags & PPATCH_SHIFT_FLAG_ZERO_LAG);
  for (const double c : found.covariance) EXPECT_TRUE(std::isfinite(c));
}

TEST_F(Status, UnrelatedImagesAreTold) {
  for (const char* letters : {"", "RGGB"}) {
    const FieldPair other = draw_field(random_, 256, 1.0, 2.0, false);
    Picture a = still_;
    Picture b = other.still;
    for (float& pixel : a.pixels) pixel += 8.0F;
    for (float& pixel : b.pixels) pixel += 8.0F;
    const ppatch_shift found =
        align_pair(image_of(a), image_of(b), scene_options(256, 256, cfa_of(letters)));
    EXPECT_NE(found.status, PPATCH_SHIFT_STATUS_OK)
        << "coherence " << found.coherence << ", second peak " << found.second_peak_ratio;
  }
}

TEST_F(Status, TooSmall) {
  const Picture tiny = textured(random_, 3, 3);
  EXPECT_EQ(align_pair(image_of(tiny), image_of(tiny), scene_options(3, 3)).status,
            PPATCH_SHIFT_STATUS_TOO_SMALL);
}

TEST_F(Status, SizesMayDiffer) {
  const FieldPair pair = draw_field(random_, 300, 2.25, -1.5, false);
  Picture part{240, 270, std::vector<float>(static_cast<std::size_t>(240 * 270))};
  for (std::int64_t y = 0; y < 240; ++y) {
    for (std::int64_t x = 0; x < 270; ++x) part.at(y, x) = pair.moved.at(y, x);
  }
  ptychopatch::ScenePlan plan(scene_context(), scene_options(300, 300));
  plan.borrow_reference(image_of(pair.still));
  const ppatch_shift whole = align(plan, image_of(pair.moved));
  const ppatch_shift smaller = align(plan, image_of(part));
  const ppatch_shift again = align(plan, image_of(pair.moved));
  EXPECT_EQ(smaller.common_height, 240);
  EXPECT_EQ(smaller.common_width, 270);
  for (int axis = 0; axis < 2; ++axis) {
    EXPECT_NEAR(smaller.shift[axis], whole.shift[axis], 0.01);
    EXPECT_EQ(again.shift[axis], whole.shift[axis]);
  }
}

// A line has the rings of its length, and so may have more than any image with a shorter side: a
// plan for larger ones has room for them.
TEST_F(Status, LinesInAPlanForImages) {
  for (const std::int64_t length : {24, 41, 72, 200}) {
    for (const bool is_row : {true, false}) {
      const std::int64_t height = is_row ? 1 : length, width = is_row ? length : 1;
      const Picture line = textured(random_, height, width);
      const ppatch_shift own =
          align_pair(image_of(line), image_of(line), scene_options(height, width));
      for (const std::int64_t side : {2, 9, 30}) {
        ptychopatch::ScenePlan plan(
            scene_context(), is_row ? scene_options(side, width) : scene_options(height, side));
        plan.borrow_reference(image_of(line));
        const ppatch_shift found = align(plan, image_of(line));
        EXPECT_EQ(found.status, own.status) << height << " x " << width << " of " << side;
        for (int axis = 0; axis < 2 && own.status == PPATCH_SHIFT_STATUS_OK; ++axis) {
          EXPECT_EQ(found.shift[axis], own.shift[axis]);
        }
      }
    }
  }
}

// Row and column offsets and hot pixels at the same places of both images.
TEST_F(Status, PatternsOfTheSensorAreNotTheScene) {
  constexpr std::int64_t size = 1024;
  std::normal_distribution<double> normal;
  FieldPair pair = draw_field(random_, 800, 5.4, -3.7, false);
  // 1024 pixels a side: the field repeated about its edges would shift wrongly, so both are cut out
  // of 800 and laid into an even frame.
  std::vector<std::uint16_t> images[2];
  std::vector<double> rows(size);
  std::vector<double> columns(size);
  for (double& offset : rows) offset = 25.0 * normal(random_);
  for (double& offset : columns) offset = 25.0 * normal(random_);
  std::vector<std::pair<std::size_t, double>> hot;
  hot.reserve(400);
  std::uniform_int_distribution<std::size_t> place(0, size * size - 1);
  for (int i = 0; i < 400; ++i) hot.emplace_back(place(random_), 20000.0);
  for (int which = 0; which < 2; ++which) {
    const Picture& picture = which == 0 ? pair.still : pair.moved;
    for (std::int64_t y = 0; y < size; ++y) {
      for (std::int64_t x = 0; x < size; ++x) {
        const bool inside = y < 800 && x < 800;
        const double scene = inside ? static_cast<double>(picture.at(y, x)) : 0.0;
        const double value = 4000.0 + 300.0 * scene + 30.0 * normal(random_) +
                             rows[static_cast<std::size_t>(y)] +
                             columns[static_cast<std::size_t>(x)];
        images[which].push_back(static_cast<std::uint16_t>(std::max(0.0, value)));
      }
    }
    for (const auto& [at, value] : hot) images[which][at] = static_cast<std::uint16_t>(value);
  }
  const ppatch_shift found = align_pair(image_of(images[0], size, size),
                                        image_of(images[1], size, size), scene_options(size, size));
  EXPECT_EQ(found.status, PPATCH_SHIFT_STATUS_OK);
  EXPECT_NEAR(found.shift[0], -5.4, 0.1);
  EXPECT_NEAR(found.shift[1], 3.7, 0.1);
  EXPECT_TRUE(found.flags & PPATCH_SHIFT_FLAG_FIXED_ROWS);
  EXPECT_TRUE(found.flags & PPATCH_SHIFT_FLAG_FIXED_COLUMNS);
  EXPECT_FALSE(found.flags & PPATCH_SHIFT_FLAG_ZERO_LAG);
}

TEST_F(Status, ACleanSceneHasNoPattern) {
  const FieldPair pair = draw_field(random_, 800, 0.4, 8.1, false);
  const ppatch_shift found =
      align_pair(image_of(pair.still), image_of(pair.moved), scene_options(800, 800));
  EXPECT_EQ(found.flags, 0U);
}

}  // namespace
