// SPDX-License-Identifier: Apache-2.0
//
// Rotations and scales that are searched: over the circle, from a half to twice; noise; statuses.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "support/scene.hpp"
#include "support/warped_scene.hpp"

namespace {

using ptychopatch::MeasuredMotion;
using ptychopatch::ScenePlan;

constexpr double pi = 3.14159265358979323846;

Random here_random() {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  return test_random(std::string(test->test_suite_name()) + test->name());
}

// The map is c + offset + scale * rotation (x - c): matrix = 2 - that.
Affine turned_by(double degrees, double scale, double dy, double dx) {
  const double c = scale * std::cos(degrees * pi / 180.0);
  const double s = scale * std::sin(degrees * pi / 180.0);
  return {{dy, dx}, {2.0 - c, s, -s, 2.0 - c}};
}

ppatch_scene_options search_options(std::int64_t height, std::int64_t width,
                                    const std::string& letters) {
  ppatch_scene_options options = ptychopatch::scene_options(height, width, cfa_of(letters));
  options.motion = PPATCH_MOTION_MODEL_SIMILARITY;
  options.motion_search = PPATCH_MOTION_SEARCH_ROTATION;
  return options;
}

MeasuredMotion measure(const Picture& still, const Picture& moved,
                       const ppatch_scene_options& options, int threads = 2) {
  ScenePlan plan(scene_context(threads), options);
  plan.borrow_reference(image_of(still));
  return plan.measure_motion(image_of(moved));
}

struct Kind {
  const char* name;
  std::string letters;
  double noise;
  double max_log_scale;
  std::int64_t size;
};

class Searches : public testing::TestWithParam<Kind> {};

TEST_P(Searches, FindTheMapWithinItsErrors) {
  Random random = here_random();
  const Kind& kind = GetParam();
  std::uniform_real_distribution<double> angle(-180.0, 180.0);
  std::uniform_real_distribution<double> logarithm(-kind.max_log_scale, kind.max_log_scale);
  std::uniform_real_distribution<double> shift(-15.0, 15.0);
  constexpr int trials = 6;
  double square = 0.0;
  int found = 0;
  for (int trial = 0; trial < trials; ++trial) {
    const double degrees = angle(random);
    const double scale = std::exp(logarithm(random));
    const double dy = shift(random);
    const Affine truth = turned_by(degrees, scale, dy, shift(random));
    const BlobScene scene(random, kind.size, 0.6);
    Picture still = scene.look(Affine());
    Picture moved = scene.look(truth);
    if (!kind.letters.empty()) {
      const BlobScene chroma(random, kind.size, 0.6);
      still = through_cfa(still, chroma.look(Affine()), kind.letters, 0.5);
      moved = through_cfa(moved, chroma.look(truth), kind.letters, 0.5);
    }
    add_noise(still, kind.noise, random);
    add_noise(moved, kind.noise, random);
    const MeasuredMotion measured =
        measure(still, moved, search_options(kind.size, kind.size, kind.letters));
    SCOPED_TRACE(testing::Message() << degrees << " degrees, scale " << scale);
    if (measured.shift.status != PPATCH_SHIFT_STATUS_OK) {
      std::printf("%s: %g deg, scale %g: %s\n", kind.name, degrees, scale,
                  ppatch_shift_status_string(measured.shift.status));
      continue;
    }
    ++found;
    EXPECT_LT(std::abs(std::remainder(measured.motion.rotation - degrees, 360.0)), 0.1);
    EXPECT_NEAR(measured.motion.scale / scale, 1.0, 2e-3);
    for (int i = 0; i < 6; ++i) {
      const double error =
          i < 2 ? measured.motion.shift[i] - truth.shift[static_cast<std::size_t>(i)]
                : measured.motion.matrix[i - 2] - truth.matrix[static_cast<std::size_t>(i - 2)];
      const double sigmas = error / std::sqrt(measured.motion.covariance[7 * i]);
      EXPECT_LT(std::abs(sigmas), 5.0) << i;
      square += sigmas * sigmas;
    }
    EXPECT_EQ(measured.shift.shift[0], measured.motion.shift[0]);
  }
  std::printf("%s: found %d of %d, error/sigma rms %.2f\n", kind.name, found, trials,
              std::sqrt(square / (6.0 * found)));
  EXPECT_GE(found, trials - 1);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Searches,
    testing::Values(Kind{"Turned", "", 0.1, 0.0, 420}, Kind{"Scaled", "", 0.1, 0.69, 420},
                    Kind{"Noisy", "", 0.6, 0.2, 420}, Kind{"Bayer", "RGGB", 0.1, 0.3, 640}),
    [](const testing::TestParamInfo<Kind>& kind) { return std::string(kind.param.name); });

TEST(Search, NoiseAndOtherScenesHaveNone) {
  Random random = here_random();
  int ok = 0;
  for (int trial = 0; trial < 20; ++trial) {
    Picture still = BlobScene(random, 260).look(Affine());
    Picture moved = BlobScene(random, 260).look(Affine());
    if (trial % 2 == 0) {
      std::fill(still.pixels.begin(), still.pixels.end(), 0.0F);
      std::fill(moved.pixels.begin(), moved.pixels.end(), 0.0F);
    }
    add_noise(still, 0.5, random);
    add_noise(moved, 0.5, random);
    ok += measure(still, moved, search_options(260, 260, "")).shift.status == 0;
  }
  EXPECT_EQ(ok, 0);
}

TEST(Search, BitsDependOnNoThreadsOrBudgetsOrSimdLevels) {
  Random random = here_random();
  const BlobScene scene(random, 400, 0.6);
  const Picture still = scene.look(Affine());
  const Picture moved = scene.look(turned_by(67.0, 1.2, 3.0, -4.0));
  const ppatch_scene_options options = search_options(400, 400, "");
  const MeasuredMotion one = measure(still, moved, options, 1);
  EXPECT_EQ(one.shift.status, PPATCH_SHIFT_STATUS_OK);
  const auto expect_equal = [&](const MeasuredMotion& other) {
    EXPECT_TRUE(same_bytes(&one.motion, &other.motion, sizeof one.motion));
    EXPECT_TRUE(same_bytes(&one.shift, &other.shift, sizeof one.shift));
    ASSERT_EQ(one.tiles.size(), other.tiles.size());
    EXPECT_TRUE(same_bytes(one.tiles.data(), other.tiles.data(),
                           one.tiles.size() * sizeof(ppatch_tile_shift)));
  };
  for (const int threads : {2, 3, 7}) expect_equal(measure(still, moved, options, threads));
  for (const char* target : {"scalar", "avx2", "avx3"}) {
    ::setenv("PPATCH_SIMD", target, 1);
    ppatch_context_options context = scene_context_options(2);
    context.backend = PPATCH_BACKEND_CPU;
    ppatch_context* probe = nullptr;
    const ppatch_status status = ppatch_context_create(&probe, &context);
    ppatch_context_destroy(probe);
    if (status == PPATCH_OK) expect_equal(measure(still, moved, options));
    ::unsetenv("PPATCH_SIMD");
  }
  ppatch_context_options context = scene_context_options(3);
  const std::uint64_t bytes = ScenePlan::bytes(ptychopatch::Context(context), options);
  for (const double part : {0.3, 0.9, 1.0}) {
    context.memory_budget = static_cast<std::uint64_t>(part * static_cast<double>(bytes));
    ppatch_scene_plan* made = nullptr;
    const ptychopatch::Context small(context);
    const ppatch_status status = ppatch_scene_plan_create(&made, small.get(), &options);
    ppatch_scene_plan_destroy(made);
    EXPECT_TRUE(part < 1.0 || status == PPATCH_OK);
    EXPECT_TRUE(part > 0.3 || status == PPATCH_ERROR_OUT_OF_MEMORY);
    if (status != PPATCH_OK) continue;
    ScenePlan plan(small, options);
    plan.borrow_reference(image_of(still));
    expect_equal(plan.measure_motion(image_of(moved)));
    EXPECT_LE(plan.info().bytes, context.memory_budget);
  }
}

TEST(Search, WantsAModelThatTurns) {
  ppatch_scene_options options = search_options(300, 300, "");
  for (const ppatch_motion_model model :
       {PPATCH_MOTION_MODEL_NONE, PPATCH_MOTION_MODEL_TRANSLATION}) {
    options.motion = model;
    EXPECT_THROW(ScenePlan(scene_context(), options), ptychopatch::Error);
  }
  options.motion = PPATCH_MOTION_MODEL_AFFINE;
  options.motion_search = 2;
  EXPECT_THROW(ScenePlan(scene_context(), options), ptychopatch::Error);
}

}  // namespace
