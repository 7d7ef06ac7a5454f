// SPDX-License-Identifier: Apache-2.0
//
// Motion beyond one shift, on scenes whose affine map is exact: models and their errors, tiles that
// move on their own, noise, sizes that are too small, equal bits.
#include <gtest/gtest.h>

#include <cmath>

#include "support/scene.hpp"
#include "support/warped_scene.hpp"

namespace {

using ptychopatch::MeasuredMotion;
using ptychopatch::scene_options;
using ptychopatch::ScenePlan;

constexpr int parameters = 6;

struct Pair {
  Picture still, moved;
};

Random here_random() {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  return test_random(std::string(test->test_suite_name()) + test->name());
}

struct Kind {
  const char* name;
  std::string letters;
  double noise, radians, scale;
};

Pair draw_pair(Random& random, const Kind& kind, std::int64_t size, const Affine& affine) {
  const BlobScene scene(random, size);
  Pair pair{scene.look(Affine()), scene.look(affine)};
  if (!kind.letters.empty()) {
    const BlobScene chroma(random, size);
    pair.still = through_cfa(pair.still, chroma.look(Affine()), kind.letters, 0.5);
    pair.moved = through_cfa(pair.moved, chroma.look(affine), kind.letters, 0.5);
  }
  add_noise(pair.still, kind.noise, random);
  add_noise(pair.moved, kind.noise, random);
  return pair;
}

Affine draw_affine(Random& random, const Kind& kind) {
  std::uniform_real_distribution<double> shift(-6.0, 6.0);
  const double dy = shift(random);
  return Affine::of(dy, shift(random), kind.radians, kind.scale);
}

ppatch_scene_options options_of(const Pair& pair, const std::string& letters,
                                ppatch_motion_model model) {
  ppatch_scene_options options =
      scene_options(pair.still.height, pair.still.width, cfa_of(letters));
  options.motion = model;
  return options;
}

MeasuredMotion measure(const Pair& pair, const ppatch_scene_options& options, int threads = 2) {
  ScenePlan plan(scene_context(threads), options);
  plan.borrow_reference(image_of(pair.still));
  return plan.measure_motion(image_of(pair.moved));
}

// Error of parameter i, in standard deviations, or in its own units.
double error_of(const ppatch_scene_motion& motion, const Affine& truth, int i) {
  return i < 2 ? motion.shift[i] - truth.shift[static_cast<std::size_t>(i)]
               : motion.matrix[i - 2] - truth.matrix[static_cast<std::size_t>(i - 2)];
}
double sigmas_of(const ppatch_scene_motion& motion, const Affine& truth, int i) {
  return error_of(motion, truth, i) / std::sqrt(motion.covariance[(parameters + 1) * i]);
}

class Models : public testing::TestWithParam<Kind> {};

TEST_P(Models, FindTheMapWithinItsErrors) {
  Random random = here_random();
  constexpr int trials = 5;
  constexpr std::int64_t size = 340;
  double square = 0.0;
  for (int trial = 0; trial < trials; ++trial) {
    const Affine truth = draw_affine(random, GetParam());
    const Pair pair = draw_pair(random, GetParam(), size, truth);
    const MeasuredMotion affine =
        measure(pair, options_of(pair, GetParam().letters, PPATCH_MOTION_MODEL_AFFINE));
    ASSERT_EQ(affine.motion.status, PPATCH_SHIFT_STATUS_OK);
    EXPECT_EQ(affine.motion.tile_count, static_cast<std::int64_t>(affine.tiles.size()));
    EXPECT_EQ(affine.motion.centre[0], 0.5 * (size - 1));
    for (int i = 0; i < parameters; ++i) {
      const double error = sigmas_of(affine.motion, truth, i);
      EXPECT_LT(std::abs(error), 5.0) << i;
      square += error * error;
    }
    EXPECT_LT(affine.motion.chi_square[2], 2.5);
    EXPECT_LT(affine.motion.chi_square[1], 2.5);
    const bool turns = GetParam().radians != 0.0;
    EXPECT_EQ(affine.motion.chi_square[0] > 3.0, turns);
    EXPECT_EQ(affine.motion.contradiction > 3.0, turns);
    EXPECT_EQ((affine.shift.flags & PPATCH_SHIFT_FLAG_MOVING) != 0, turns);
    // Where the one shift is wrong by a third of a pixel and more, it says so.
    EXPECT_GT(affine.shift.covariance[0], turns ? 0.1 : 0.0);
    // A model of fewer terms is known better, and right here.
    const MeasuredMotion similarity =
        measure(pair, options_of(pair, GetParam().letters, PPATCH_MOTION_MODEL_SIMILARITY));
    for (int i = 0; i < parameters; ++i) {
      EXPECT_LT(std::abs(sigmas_of(similarity.motion, truth, i)), 5.0) << i;
    }
    EXPECT_EQ(similarity.motion.matrix[0], similarity.motion.matrix[3]);
    EXPECT_EQ(similarity.motion.matrix[1], -similarity.motion.matrix[2]);
    EXPECT_LT(similarity.motion.covariance[14], affine.motion.covariance[14]);
  }
  const double mean = square / (trials * parameters);
  EXPECT_GT(mean, 0.25);
  EXPECT_LT(mean, 2.5);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Models,
    testing::Values(Kind{"Still", "", 0.1, 0.0, 1.0}, Kind{"Turned", "", 0.1, 0.006, 1.003},
                    Kind{"Noisy", "", 0.8, -0.007, 0.997}, Kind{"Far", "", 0.05, 0.017, 1.01},
                    Kind{"Bayer", "RGGB", 0.1, 0.005, 1.002},
                    Kind{"XTrans", xtrans_letters, 0.1, 0.006, 1.0}),
    [](const testing::TestParamInfo<Kind>& kind) { return std::string(kind.param.name); });

TEST(Motion, TilesTellTheShiftWhereTheyAre) {
  Random random = here_random();
  const Kind kind{"", "", 0.1, 0.008, 1.004};
  const Affine truth = draw_affine(random, kind);
  const Pair pair = draw_pair(random, kind, 400, truth);
  const MeasuredMotion field = measure(pair, options_of(pair, "", PPATCH_MOTION_MODEL_FIELD));
  double square = 0.0;
  for (const ppatch_tile_shift& tile : field.tiles) {
    ASSERT_EQ(tile.status, PPATCH_SHIFT_STATUS_OK);
    for (int axis = 0; axis < 2; ++axis) {
      const std::size_t row = axis == 0 ? 0 : 2;
      const double y = tile.centre[0] - 199.5;
      const double x = tile.centre[1] - 199.5;
      const double unit_y = axis == 0 ? 1.0 : 0.0;
      const double expected = truth.shift[static_cast<std::size_t>(axis)] +
                              (truth.matrix[row] - unit_y) * y +
                              (truth.matrix[row + 1] - (1.0 - unit_y)) * x;
      const double error = tile.shift[axis] - expected;
      EXPECT_LT(std::abs(error), 0.3);
      square += error * error / tile.covariance[axis == 0 ? 0 : 2];
    }
  }
  const double mean = square / (2.0 * static_cast<double>(field.tiles.size()));
  EXPECT_GT(mean, 0.3);
  EXPECT_LT(mean, 1.8);
}

TEST(Motion, AnObjectThatMovesIsFound) {
  Random random = here_random();
  double found = 0.0;
  double told = 0.0;
  double called = 0.0;
  double right = 0.0;
  for (int trial = 0; trial < 4; ++trial) {
    const Kind kind{"", "", 0.1, trial % 2 == 0 ? 0.0 : 0.005, 1.0};
    const Affine truth = draw_affine(random, kind);
    Pair pair = draw_pair(random, kind, 480, truth);
    const Picture object = BlobScene(random, 480).look(Affine());
    const Rectangle place{70 + 40 * trial, 200 - 30 * trial, 215, 215};  // a fifth of the scene
    const std::int64_t dy = static_cast<std::int64_t>(std::lround(truth.shift[0])) + 4;
    const std::int64_t dx = static_cast<std::int64_t>(std::lround(truth.shift[1])) - 3;
    put_object(object, place, dy, dx, pair.still, pair.moved);
    const MeasuredMotion field = measure(pair, options_of(pair, "", PPATCH_MOTION_MODEL_FIELD));
    ASSERT_EQ(field.motion.status, PPATCH_SHIFT_STATUS_OK);
    EXPECT_NE(field.shift.flags & PPATCH_SHIFT_FLAG_MOVING, 0U);
    for (int i = 0; i < parameters; ++i) {
      EXPECT_LT(std::abs(sigmas_of(field.motion, truth, i)), 6.0) << i;
    }
    const double half = 0.5 * static_cast<double>(field.motion.tile_size);
    for (const ppatch_tile_shift& tile : field.tiles) {
      // The share of the tile that the object has; half-and-half ones may say either.
      const auto share = [&](double centre, std::int64_t first, std::int64_t length) {
        const double begin = std::max(centre - half, static_cast<double>(first));
        const double end = std::min(centre + half, static_cast<double>(first + length));
        return std::max(0.0, end - begin) / (2.0 * half);
      };
      const double part = share(tile.centre[0], place.y, place.height) *
                          share(tile.centre[1], place.x, place.width);
      const bool moves = (tile.flags & PPATCH_SHIFT_FLAG_MOVING) != 0;
      if (part > 0.7) {
        found += 1.0;
        told += moves ? 1.0 : 0.0;
      }
      if (moves) called += 1.0;
      if (moves && part > 0.05) right += 1.0;
    }
    EXPECT_GT(field.motion.tiles_rejected, 0);
  }
  EXPECT_GE(told / found, 0.9);
  EXPECT_GE(right / called, 0.9);
}

TEST(Motion, OneShiftIsNotCalledMoving) {
  Random random = here_random();
  int flags = 0;
  constexpr int trials = 30;
  for (int trial = 0; trial < trials; ++trial) {
    std::uniform_real_distribution<double> strength(-3.0, 0.5);
    std::uniform_real_distribution<double> shift(-10.0, 10.0);
    const double dy = shift(random);
    FieldPair drawn = draw_field(random, 260, dy, shift(random), false);
    const double noise = std::exp(strength(random));
    Pair pair{drawn.still, drawn.moved};
    add_noise(pair.still, noise, random);
    add_noise(pair.moved, noise, random);
    const MeasuredMotion motion =
        measure(pair, options_of(pair, "", PPATCH_MOTION_MODEL_TRANSLATION));
    flags += (motion.shift.flags & PPATCH_SHIFT_FLAG_MOVING) != 0 ? 1 : 0;
  }
  EXPECT_LE(flags, 1);
}

TEST(Motion, NoiseHasNone) {
  Random random = here_random();
  Pair pair{{256, 256, std::vector<float>(256 * 256, 0.0F)}, {}};
  pair.moved = pair.still;
  add_noise(pair.still, 1.0, random);
  add_noise(pair.moved, 1.0, random);
  const MeasuredMotion motion = measure(pair, options_of(pair, "", PPATCH_MOTION_MODEL_AFFINE));
  EXPECT_NE(motion.motion.status, PPATCH_SHIFT_STATUS_OK);
  EXPECT_TRUE(std::isnan(motion.motion.shift[0]) && std::isnan(motion.motion.covariance[0]));
  std::int64_t used = 0;
  for (const ppatch_tile_shift& tile : motion.tiles) used += tile.status == 0 ? 1 : 0;
  EXPECT_LE(static_cast<double>(used), 0.05 * static_cast<double>(motion.tiles.size()));
}

TEST(Motion, NoiseInAPartIsLeftOut) {
  Random random = here_random();
  const Kind kind{"", "", 0.1, 0.0, 1.0};
  const Affine truth = draw_affine(random, kind);
  Pair pair = draw_pair(random, kind, 400, truth);
  std::normal_distribution<float> normal;
  for (Picture* picture : {&pair.still, &pair.moved}) {
    for (std::int64_t y = 0; y < 160; ++y) {
      for (std::int64_t x = 0; x < 400; ++x) picture->at(y, x) = normal(random);
    }
  }
  const MeasuredMotion motion = measure(pair, options_of(pair, "", PPATCH_MOTION_MODEL_AFFINE));
  ASSERT_EQ(motion.motion.status, PPATCH_SHIFT_STATUS_OK);
  for (int i = 0; i < parameters; ++i) {
    EXPECT_LT(std::abs(sigmas_of(motion.motion, truth, i)), 6.0) << i;
  }
  const double half = 0.5 * static_cast<double>(motion.motion.tile_size);
  int used = 0;
  int laid = 0;
  for (const ppatch_tile_shift& tile : motion.tiles) {
    if (tile.centre[0] + half > 150.0) continue;
    ++laid;
    used += tile.status == PPATCH_SHIFT_STATUS_OK && !(tile.flags & PPATCH_SHIFT_FLAG_MOVING);
  }
  EXPECT_GT(laid, 0);
  EXPECT_LE(used, laid / 10);
}

TEST(Motion, SmallAndThinImagesAreRefused) {
  Random random = here_random();
  for (const auto& [height, width] : {std::pair{60, 60}, std::pair{60, 400}, std::pair{400, 63}}) {
    Pair pair{textured(random, height, width), {}};
    pair.moved = pair.still;
    const MeasuredMotion motion = measure(pair, options_of(pair, "", PPATCH_MOTION_MODEL_AFFINE));
    EXPECT_EQ(motion.motion.status, PPATCH_SHIFT_STATUS_TOO_SMALL);
    EXPECT_EQ(motion.motion.tile_count, 0);
    EXPECT_TRUE(std::isnan(motion.motion.matrix[0]) && std::isnan(motion.motion.chi_square[0]));
    EXPECT_TRUE(motion.tiles.empty());
  }
  Pair thin{textured(random, 64, 500), {}};
  thin.moved = rolled(thin.still, 0, 2);
  const MeasuredMotion motion = measure(thin, options_of(thin, "", PPATCH_MOTION_MODEL_AFFINE));
  EXPECT_EQ(motion.motion.status, PPATCH_SHIFT_STATUS_OK);
  EXPECT_EQ(motion.motion.tile_size, 32);
}

TEST(Motion, WithoutAShiftThereIsNone) {
  Random random = here_random();
  Pair pair{textured(random, 200, 200), {}};
  pair.moved = pair.still;
  std::fill(pair.moved.pixels.begin(), pair.moved.pixels.end(), 3.0F);
  const MeasuredMotion motion = measure(pair, options_of(pair, "", PPATCH_MOTION_MODEL_AFFINE));
  EXPECT_EQ(motion.motion.status, PPATCH_SHIFT_STATUS_FLAT);
  EXPECT_EQ(motion.motion.model, PPATCH_MOTION_MODEL_AFFINE);
  EXPECT_TRUE(std::isnan(motion.motion.shift[0]));
}

TEST(Motion, SignTurnsAllOfIt) {
  Random random = here_random();
  const Kind kind{"", "", 0.1, 0.006, 1.003};
  const Pair pair = draw_pair(random, kind, 300, draw_affine(random, kind));
  ppatch_scene_options options = options_of(pair, "", PPATCH_MOTION_MODEL_AFFINE);
  const MeasuredMotion plain = measure(pair, options);
  options.sign = PPATCH_SHIFT_SIGN_DISPLACEMENT;
  const MeasuredMotion turned = measure(pair, options);
  for (int axis = 0; axis < 2; ++axis) {
    EXPECT_EQ(turned.motion.shift[axis], -plain.motion.shift[axis]);
    EXPECT_EQ(turned.tiles[3].shift[axis], -plain.tiles[3].shift[axis]);
    EXPECT_EQ(turned.tiles[3].residual[axis], -plain.tiles[3].residual[axis]);
  }
  EXPECT_NEAR(turned.motion.matrix[0], 2.0 - plain.motion.matrix[0], 1e-12);
  EXPECT_NEAR(turned.motion.matrix[1], -plain.motion.matrix[1], 1e-12);
  EXPECT_EQ(turned.motion.covariance[35], plain.motion.covariance[35]);
}

TEST(Motion, BitsDependOnNoThreadsOrBudgetsOrBatches) {
  Random random = here_random();
  const Kind kind{"", "RGGB", 0.1, 0.004, 1.001};
  const Pair pair = draw_pair(random, kind, 420, draw_affine(random, kind));
  const ppatch_scene_options options = options_of(pair, "RGGB", PPATCH_MOTION_MODEL_AFFINE);
  const MeasuredMotion one = measure(pair, options, 1);
  const auto expect_equal = [&](const MeasuredMotion& other) {
    EXPECT_TRUE(same_bytes(&one.motion, &other.motion, sizeof one.motion));
    ASSERT_EQ(one.tiles.size(), other.tiles.size());
    EXPECT_TRUE(same_bytes(one.tiles.data(), other.tiles.data(),
                           one.tiles.size() * sizeof(ppatch_tile_shift)));
    EXPECT_TRUE(same_bytes(one.shift.covariance, other.shift.covariance, 24));
  };
  for (const int threads : {2, 5}) expect_equal(measure(pair, options, threads));
  ppatch_context_options context = scene_context_options(3);
  const std::uint64_t bytes = ScenePlan::bytes(ptychopatch::Context(context), options);
  for (const double part : {0.5, 0.75, 1.0}) {
    context.memory_budget = static_cast<std::uint64_t>(part * static_cast<double>(bytes));
    ppatch_scene_plan* made = nullptr;
    const ptychopatch::Context small(context);
    const ppatch_status status = ppatch_scene_plan_create(&made, small.get(), &options);
    ppatch_scene_plan_destroy(made);
    if (status == PPATCH_ERROR_OUT_OF_MEMORY) continue;
    ScenePlan plan(small, options);
    plan.borrow_reference(image_of(pair.still));
    const auto all = plan.measure_motion(std::vector<ppatch_scene_image>{
        image_of(pair.still), image_of(pair.moved), image_of(pair.moved)});
    expect_equal(all[1]);
    expect_equal(all[2]);
    EXPECT_LE(plan.info().bytes, context.memory_budget);
  }
}

TEST(Motion, FewerTilesThanLaidMayBeAskedFor) {
  Random random = here_random();
  const Kind kind{"", "", 0.1, 0.0, 1.0};
  const Pair pair = draw_pair(random, kind, 300, draw_affine(random, kind));
  const ppatch_scene_options options = options_of(pair, "", PPATCH_MOTION_MODEL_FIELD);
  ScenePlan plan(scene_context(), options);
  plan.borrow_reference(image_of(pair.still));
  const ppatch_scene_image image = image_of(pair.moved);
  ppatch_shift shift = poisoned_shift();
  ppatch_scene_motion motion;
  ptychopatch::check(
      ppatch_scene_plan_measure_motion(plan.get(), 1, &image, &shift, &motion, 0, nullptr));
  EXPECT_GT(motion.tile_count, 3);
  EXPECT_LE(motion.tile_count, plan.info().max_tiles);
  std::vector<ppatch_tile_shift> tiles(4);
  tiles[3].coherence = -7.0;
  ptychopatch::check(
      ppatch_scene_plan_measure_motion(plan.get(), 1, &image, &shift, &motion, 3, tiles.data()));
  EXPECT_EQ(tiles[3].coherence, -7.0);
  EXPECT_GT(tiles[2].coherence, 0.0);
  // A call that asks for nothing of it still has the flag.
  EXPECT_EQ(align(plan, image).flags, shift.flags);
}

TEST(Motion, OtherMethodsAndExtentsHaveNone) {
  ppatch_scene_options options = scene_options(300, 300);
  options.motion = PPATCH_MOTION_MODEL_AFFINE;
  options.method = PPATCH_METHOD_PHASE;
  EXPECT_THROW(ScenePlan(scene_context(), options), ptychopatch::Error);
  options.method = PPATCH_METHOD_ML;
  options.extent = PPATCH_EXTENT_CIRCULAR;
  EXPECT_THROW(ScenePlan(scene_context(), options), ptychopatch::Error);
  options.extent = PPATCH_EXTENT_LINEAR;
  options.motion = 9;
  EXPECT_THROW(ScenePlan(scene_context(), options), ptychopatch::Error);
  options.motion = PPATCH_MOTION_MODEL_NONE;
  ScenePlan plan(scene_context(), options);
  EXPECT_EQ(plan.info().max_tiles, 0);
  const std::vector<float> pixels(300 * 300, 1.0F);
  plan.borrow_reference(image_of(pixels, 300, 300));
  EXPECT_THROW(plan.measure_motion(image_of(pixels, 300, 300)), ptychopatch::Error);
}

}  // namespace
