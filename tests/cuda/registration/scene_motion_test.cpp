// SPDX-License-Identifier: Apache-2.0
//
// Motion beyond one shift on the device beside the CPU: the same tiles, statuses and flags, numbers
// that differ by rounding alone; the same bits whatever the batch and the budget.
#include <gtest/gtest.h>

#include <cmath>

#include "registration/support/scene.hpp"
#include "registration/support/warped_scene.hpp"
#include "scene_contexts.hpp"

namespace {

using ptychopatch::Context;
using ptychopatch::MeasuredMotion;

struct Kind {
  const char* name;
  std::string letters;
  std::int64_t size;
  double radians, noise;
};

struct Scene {
  Scene(Random& random, const Kind& kind) {
    const BlobScene scene(random, kind.size);
    const BlobScene other(random, kind.size);
    const Affine affine = Affine::of(2.3, -3.6, kind.radians);
    still = scene.look(Affine());
    moved = scene.look(affine);
    const Picture object = other.look(Affine());
    const std::int64_t side = kind.size / 3;
    put_object(object, {kind.size / 4, kind.size / 4, side, side}, 5, 2, still, moved);
    if (!kind.letters.empty()) {
      still = through_cfa(still, other.look(Affine()), kind.letters, 0.5);
      moved = through_cfa(moved, other.look(affine), kind.letters, 0.5);
    }
    add_noise(still, kind.noise, random);
    add_noise(moved, kind.noise, random);
    options = ptychopatch::scene_options(kind.size, kind.size, cfa_of(kind.letters));
    options.motion = PPATCH_MOTION_MODEL_AFFINE;
  }

  std::vector<MeasuredMotion> measure(const Context& context, std::size_t images) const {
    ptychopatch::ScenePlan plan(context, options);
    plan.borrow_reference(image_of(still));
    return plan.measure_motion(std::vector<ppatch_scene_image>(images, image_of(moved)));
  }

  Picture still, moved;
  ppatch_scene_options options;
};

class SceneMotion : public testing::TestWithParam<Kind> {};

TEST_P(SceneMotion, WithTheCpu) {
  Random random = test_random(std::string("SceneMotion") + GetParam().name);
  const Scene scene(random, GetParam());
  const MeasuredMotion want = scene.measure(scene_cpu(), 1).front();
  const MeasuredMotion got = scene.measure(scene_device(), 1).front();
  SCOPED_TRACE(seed_note());
  ASSERT_EQ(got.shift.backend, PPATCH_BACKEND_CUDA);
  EXPECT_EQ(got.shift.flags, want.shift.flags);
  EXPECT_EQ(got.motion.status, want.motion.status);
  EXPECT_EQ(got.motion.tiles_used, want.motion.tiles_used);
  EXPECT_EQ(got.motion.tiles_rejected, want.motion.tiles_rejected);
  ASSERT_EQ(want.motion.status, PPATCH_SHIFT_STATUS_OK);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(got.motion.chi_square[i] / want.motion.chi_square[i], 1.0, 0.03);
  }
  for (int p = 0; p < 6; ++p) {
    const double variance = want.motion.covariance[7 * p];
    const auto parameter = [p](const ppatch_scene_motion& motion) {
      return p < 2 ? motion.shift[p] : motion.matrix[p - 2];
    };
    EXPECT_NEAR(parameter(got.motion), parameter(want.motion), 0.05 * std::sqrt(variance)) << p;
    EXPECT_NEAR(got.motion.covariance[7 * p] / variance, 1.0, 0.05) << p;
  }
  ASSERT_EQ(got.tiles.size(), want.tiles.size());
  for (std::size_t i = 0; i < want.tiles.size(); ++i) {
    const ppatch_tile_shift& a = got.tiles[i];
    const ppatch_tile_shift& b = want.tiles[i];
    EXPECT_EQ(a.status, b.status) << i;
    EXPECT_EQ(a.flags, b.flags) << i;
    EXPECT_EQ(a.centre[0], b.centre[0]);
    if (b.status != PPATCH_SHIFT_STATUS_OK) continue;
    for (int axis = 0; axis < 2; ++axis) {
      EXPECT_NEAR(a.shift[axis], b.shift[axis], 0.05 * std::sqrt(b.covariance[2 * axis])) << i;
    }
  }
}

TEST_P(SceneMotion, BitsDependOnNoBatchOrBudget) {
  Random random = test_random(std::string("SceneMotionBits") + GetParam().name);
  const Scene scene(random, GetParam());
  const MeasuredMotion want = scene.measure(scene_device(), 1).front();
  const std::uint64_t least = min_budget(scene.options);
  ASSERT_GT(least, 0U);
  for (const MeasuredMotion& got : scene.measure(scene_device(least), 3)) {
    EXPECT_TRUE(same_bytes(&got.shift, &want.shift, sizeof want.shift)) << seed_note();
    EXPECT_TRUE(same_bytes(&got.motion, &want.motion, sizeof want.motion)) << seed_note();
    ASSERT_EQ(got.tiles.size(), want.tiles.size());
    EXPECT_TRUE(same_bytes(got.tiles.data(), want.tiles.data(),
                           want.tiles.size() * sizeof(ppatch_tile_shift)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, SceneMotion,
    testing::Values(Kind{"Still", "", 220, 0.0, 0.1}, Kind{"Turned", "", 250, 0.008, 0.2},
                    Kind{"Noisy", "", 330, 0.004, 0.8}, Kind{"Bayer", "GRBG", 330, 0.005, 0.1}),
    [](const testing::TestParamInfo<Kind>& kind) { return std::string(kind.param.name); });

}  // namespace
