// SPDX-License-Identifier: Apache-2.0
//
// One bright pixel at a known place must come out where the documentation says. All expectations
// are worked out by hand: a sign error made twice passes every round trip.
#include <gtest/gtest.h>

#include "patches/support/job.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using ptychopatch::array;
using ptychopatch::PatchPlan;

constexpr std::int64_t height = 9;
constexpr std::int64_t width = 7;
constexpr std::int64_t bright_y = 5;
constexpr std::int64_t bright_x = 2;
constexpr std::int64_t patch_height = 6;
constexpr std::int64_t patch_width = 4;

struct Row {
  const char* name;
  ppatch_anchor anchor;
  ppatch_axes axes;
  ppatch_sign sign;
  double position[2];
  std::int64_t r;  // where the bright pixel is in the patch
  std::int64_t q;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

// Half: a = (3, 2). Centre: a = (2.5, 1.5).
const Row rows[] = {
    {"corner_yx_window", PPATCH_ANCHOR_CORNER, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW, {3, 1}, 2, 1},
    {"corner_xy_window", PPATCH_ANCHOR_CORNER, PPATCH_AXES_XY, PPATCH_SIGN_WINDOW, {1, 3}, 2, 1},
    {"corner_yx_content",
     PPATCH_ANCHOR_CORNER,
     PPATCH_AXES_YX,
     PPATCH_SIGN_CONTENT,
     {-3, -1},
     2,
     1},
    {"corner_xy_content",
     PPATCH_ANCHOR_CORNER,
     PPATCH_AXES_XY,
     PPATCH_SIGN_CONTENT,
     {-1, -3},
     2,
     1},
    {"half_yx_window", PPATCH_ANCHOR_HALF, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW, {5, 2}, 3, 2},
    {"half_xy_window", PPATCH_ANCHOR_HALF, PPATCH_AXES_XY, PPATCH_SIGN_WINDOW, {2, 5}, 3, 2},
    {"half_yx_content", PPATCH_ANCHOR_HALF, PPATCH_AXES_YX, PPATCH_SIGN_CONTENT, {-4, -3}, 4, 1},
    {"half_xy_content", PPATCH_ANCHOR_HALF, PPATCH_AXES_XY, PPATCH_SIGN_CONTENT, {-3, -4}, 4, 1},
    {"centre_yx_window",
     PPATCH_ANCHOR_CENTRE,
     PPATCH_AXES_YX,
     PPATCH_SIGN_WINDOW,
     {4.5, 1.5},
     3,
     2},
    {"centre_xy_window",
     PPATCH_ANCHOR_CENTRE,
     PPATCH_AXES_XY,
     PPATCH_SIGN_WINDOW,
     {1.5, 4.5},
     3,
     2},
    {"centre_yx_content",
     PPATCH_ANCHOR_CENTRE,
     PPATCH_AXES_YX,
     PPATCH_SIGN_CONTENT,
     {-6.5, -2.5},
     1,
     1},
    {"centre_xy_content",
     PPATCH_ANCHOR_CENTRE,
     PPATCH_AXES_XY,
     PPATCH_SIGN_CONTENT,
     {-2.5, -6.5},
     1,
     1},
};

std::vector<double> bright_image() {
  std::vector<double> image(height * width, 0);
  image[bright_y * width + bright_x] = 1;
  return image;
}

ppatch_patch_options options_of(const Row& row) {
  ppatch_patch_options options = ptychopatch::patch_options(patch_height, patch_width);
  options.anchor = row.anchor;
  options.axes = row.axes;
  options.sign = row.sign;
  return options;
}

class BrightPixel : public testing::TestWithParam<Row> {};

TEST_P(BrightPixel, ComesOutWhereDocumented) {
  const Row& row = GetParam();
  PatchPlan plan(shared_context(1), array(row.position, {1, 2}), options_of(row));
  std::vector<double> patch(patch_height * patch_width, -7);
  plan.extract(array(bright_image().data(), {height, width}),
               array(patch.data(), {1, patch_height, patch_width}));
  for (std::int64_t i = 0; i < patch_height * patch_width; ++i) {
    EXPECT_EQ(patch[i], i == row.r * patch_width + row.q ? 1 : 0) << i;
  }
}

TEST_P(BrightPixel, GoesBackToWhereItCameFrom) {
  const Row& row = GetParam();
  PatchPlan plan(shared_context(1), array(row.position, {1, 2}), options_of(row));
  std::vector<double> patch(patch_height * patch_width, 0);
  patch[row.r * patch_width + row.q] = 1;
  std::vector<double> image(height * width, -7);
  plan.adjoint(array(patch.data(), {1, patch_height, patch_width}),
               array(image.data(), {height, width}));
  EXPECT_EQ(image, bright_image());
}

// On the ramp I = 10 y + x every patch pixel grows by 10 a pixel of y and by 1 a pixel of x.
TEST_P(BrightPixel, GradientPointsUphill) {
  const Row& row = GetParam();
  ppatch_patch_options options = options_of(row);
  options.patch_height = options.patch_width = 1;
  std::vector<double> ramp(height * width);
  for (std::int64_t i = 0; i < height * width; ++i) {
    const std::int64_t y = i / width;
    ramp[i] = static_cast<double>(10 * y + i % width);
  }
  const double sign = row.sign == PPATCH_SIGN_CONTENT ? -1 : 1;
  const double inside[2] = {sign * 3.25, sign * 3.5};
  PatchPlan plan(shared_context(1), array(inside, {1, 2}), options);
  const double one = 1;
  double gradient[2] = {-7, -7};
  double curvature[2] = {-7, -7};
  const ppatch_array curvature_view = array(curvature, {1, 2});
  plan.position_gradient(array(ramp.data(), {height, width}), array(&one, {1, 1, 1}),
                         array(gradient, {1, 2}), &curvature_view);
  const int y = row.axes == PPATCH_AXES_YX ? 0 : 1;
  EXPECT_NEAR(gradient[y], sign * 10, 1e-12);
  EXPECT_NEAR(gradient[1 - y], sign * 1, 1e-12);
  EXPECT_NEAR(curvature[y], 100, 1e-12);
  EXPECT_NEAR(curvature[1 - y], 1, 1e-12);
}

std::string row_name(const testing::TestParamInfo<Row>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Conventions, BrightPixel, testing::ValuesIn(rows), row_name);

// The window at y = 3.25 sees the bright row 5 at r = 1.75: mostly in row 2, a quarter in row 1.
TEST(SubPixel, MovesTheWindowDown) {
  const double position[2] = {3.25, 1};
  PatchPlan plan(shared_context(1), array(position, {1, 2}),
                 ptychopatch::patch_options(patch_height, patch_width));
  std::vector<double> patch(patch_height * patch_width, -7);
  plan.extract(array(bright_image().data(), {height, width}),
               array(patch.data(), {1, patch_height, patch_width}));
  EXPECT_EQ(patch[2 * patch_width + 1], 0.75);
  EXPECT_EQ(patch[1 * patch_width + 1], 0.25);
}

// Two groups of three: position k = 4 is group 1, member 1.
TEST(Layouts, PutPatchFourWhereDocumented) {
  std::vector<double> positions(12, 100);
  positions[8] = 3;
  positions[9] = 1;
  for (ppatch_layout layout :
       {PPATCH_LAYOUT_FLAT, PPATCH_LAYOUT_CHANNEL_LAST, PPATCH_LAYOUT_CHANNEL_FIRST}) {
    ppatch_patch_options options = ptychopatch::patch_options(patch_height, patch_width);
    options.layout = layout;
    options.group_size = 3;
    PatchPlan plan(shared_context(1), array(positions.data(), {6, 2}), options);
    std::vector<double> patches(6 * patch_height * patch_width, -7);
    const std::vector<std::int64_t> flat{6, patch_height, patch_width};
    const std::vector<std::int64_t> last{2, patch_height, patch_width, 3};
    const std::vector<std::int64_t> first{2, 3, patch_height, patch_width};
    plan.extract(array(bright_image().data(), {height, width}),
                 array(patches.data(), layout == PPATCH_LAYOUT_FLAT           ? flat
                                       : layout == PPATCH_LAYOUT_CHANNEL_LAST ? last
                                                                              : first));
    const std::size_t bright = layout == PPATCH_LAYOUT_CHANNEL_LAST
                                   ? ((1 * patch_height + 2) * patch_width + 1) * 3 + 1
                                   : (4 * patch_height + 2) * patch_width + 1;
    for (std::size_t i = 0; i < patches.size(); ++i) {
      EXPECT_EQ(patches[i], i == bright ? 1 : 0) << "layout " << layout << " element " << i;
    }
  }
}

// Mirrored about their mean, two positions change places.
TEST(Mirrored, SwapsTheTwoMembersOfAGroup) {
  const double given[] = {3, 1, 7, 2};
  ppatch_patch_options options = ptychopatch::patch_options(1, 1);
  options.group_size = 2;
  options.local_offsets = PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN;
  const PatchPlan plan(shared_context(1), array(given, {2, 2}), options);
  std::vector<double> used(4, -7);
  plan.positions(array(used.data(), {2, 2}));
  EXPECT_EQ(used, (std::vector<double>{7, 2, 3, 1}));
}

}  // namespace
