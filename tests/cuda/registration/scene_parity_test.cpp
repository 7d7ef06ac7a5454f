// SPDX-License-Identifier: Apache-2.0
//
// Scenes on the device beside the CPU: the same statuses and flags, and shifts that differ by
// rounding alone; the same bits whatever the batch, the budget and the order of images.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "registration/support/scene.hpp"
#include "scene_contexts.hpp"

namespace {

using ptychopatch::Context;
using ptychopatch::scene_options;

struct Kind {
  const char* name;
  std::string letters;
  std::int64_t size;
  bool circular;
};

// A reference and images that belong to it, or do not.
struct Scene {
  Scene(Random& random, const Kind& kind) {
    std::uniform_real_distribution<double> shift(-0.06 * static_cast<double>(kind.size),
                                                 0.06 * static_cast<double>(kind.size));
    const double dy = shift(random);
    const double dx = shift(random);
    if (kind.letters.empty()) {
      const FieldPair pair = draw_field(random, kind.size, dy, dx, false);
      pictures = {pair.still, pair.moved};
      add_noise(pictures[0], 0.05, random);
      add_noise(pictures[1], 0.05, random);
    } else {
      const MosaicPair pair = draw_mosaic(random, kind.letters, kind.size, dy, dx);
      pictures = {pair.still, pair.moved};
    }
    pictures.push_back(part_of(pictures[1], kind.size - 11, kind.size - 4));
    Picture flat = pictures[0];
    std::fill(flat.pixels.begin(), flat.pixels.end(), 2.0F);
    pictures.push_back(flat);
    Picture broken = pictures[1];
    broken.at(kind.size / 2, kind.size / 3) = NAN;
    pictures.push_back(broken);
    pictures.push_back(textured(random, kind.size, kind.size));
    for (float& pixel : pictures.back().pixels) pixel += 20.0F;
    pictures.push_back(part_of(pictures[1], 3, 3));
    options = scene_options(kind.size, kind.size, cfa_of(kind.letters));
    options.extent = kind.circular ? PPATCH_EXTENT_CIRCULAR : PPATCH_EXTENT_LINEAR;
  }

  static Picture part_of(const Picture& whole, std::int64_t height, std::int64_t width) {
    Picture part{height, width, std::vector<float>(static_cast<std::size_t>(height * width))};
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) part.at(y, x) = whole.at(y, x);
    }
    return part;
  }

  std::vector<ppatch_shift> align(const Context& context,
                                  const std::vector<std::size_t>& which) const {
    ptychopatch::ScenePlan plan(context, options);
    plan.borrow_reference(image_of(pictures[0]));
    std::vector<ppatch_scene_image> images;
    images.reserve(which.size());
    for (const std::size_t i : which) images.push_back(image_of(pictures[i]));
    return plan.align(images);
  }

  std::vector<Picture> pictures;
  ppatch_scene_options options;
};

class SceneParity : public testing::TestWithParam<Kind> {};

// Spectra in single precision differ by about 1e-6 of their values, bin by bin at random: less
// noise by a factor of 1e-3 than what is told apart from none (coherence is at most 1 - 1e-6). So
// shifts differ by that share of sigma; ten times as much is allowed, and what the last step of
// Newton's may leave.
void expect_like(const ppatch_shift& want, const ppatch_shift& got) {
  EXPECT_EQ(got.status, want.status);
  EXPECT_EQ(got.flags, want.flags);
  EXPECT_EQ(got.common_height, want.common_height);
  EXPECT_EQ(got.common_width, want.common_width);
  EXPECT_EQ(got.backend, PPATCH_BACKEND_CUDA);
  if (want.status != PPATCH_SHIFT_STATUS_OK) return;
  EXPECT_NEAR(got.second_peak_ratio, want.second_peak_ratio, 0.02);
  EXPECT_NEAR(got.peak, want.peak, 1e-5);
  EXPECT_NEAR(got.coherence, want.coherence, 1e-4);
  EXPECT_NEAR(got.gain, want.gain, 1e-4);
  EXPECT_NEAR(got.residual, want.residual, 1e-3);
  for (int axis = 0; axis < 2; ++axis) {
    const double sigma = std::sqrt(want.covariance[2 * axis]);
    const double bound = std::min(1e-3, 0.01 * sigma + 2e-6);
    EXPECT_NEAR(got.shift[axis], want.shift[axis], bound);
    EXPECT_EQ(got.lattice_shift[axis], want.lattice_shift[axis]);
    // Of equal images the scatter is rounding itself.
    if (sigma > 1e-4) {
      EXPECT_NEAR(got.covariance[2 * axis] / want.covariance[2 * axis], 1.0, 0.03);
    }
  }
}

TEST_P(SceneParity, WithTheCpu) {
  Random random = test_random(std::string("SceneParity") + GetParam().name);
  const Scene scene(random, GetParam());
  const std::vector<std::size_t> which = {1, 0, 3, 1, 2, 4, 5, 0, 6, 2, 1};
  const std::vector<ppatch_shift> want = scene.align(scene_cpu(), which);
  const std::vector<ppatch_shift> got = scene.align(scene_device(), which);
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    SCOPED_TRACE("image " + std::to_string(i) + ", " + seed_note());
    expect_like(want[i], got[i]);
  }
}

TEST_P(SceneParity, BitsDependOnNoBatchBudgetOrOrder) {
  Random random = test_random(std::string("SceneBits") + GetParam().name);
  const Scene scene(random, GetParam());
  const std::vector<std::size_t> which = {1, 3, 2, 0, 1, 5};
  const std::vector<ppatch_shift> want = scene.align(scene_device(), which);
  const auto expect_same = [&](const ppatch_shift& got, std::size_t i, const char* what) {
    EXPECT_TRUE(same_bytes(&got, &want[i], sizeof got))
        << what << ", image " << i << ", " << seed_note();
  };
  const std::uint64_t least = min_budget(scene.options);
  ASSERT_GT(least, 0U);
  const std::vector<ppatch_shift> again = scene.align(scene_device(least), which);
  ptychopatch::ScenePlan plan(scene_device(), scene.options);
  plan.borrow_reference(image_of(scene.pictures[0]));
  for (std::size_t i = which.size(); i-- > 0;) {
    expect_same(again[i], i, "least budget");
    expect_same(plan.align(image_of(scene.pictures[which[i]])), i, "alone, from the last one on");
  }
}

std::string name_of(const testing::TestParamInfo<Kind>& kind) { return kind.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Kinds, SceneParity,
    testing::Values(Kind{"PlainSmall", "", 61, false}, Kind{"Plain", "", 256, false},
                    Kind{"PlainCircular", "", 142, true}, Kind{"PlainLevels", "", 790, false},
                    Kind{"Bayer", "GRBG", 300, false}, Kind{"BayerCircular", "RGGB", 148, true},
                    Kind{"XTrans", xtrans_letters, 330, false}),
    name_of);

}  // namespace
