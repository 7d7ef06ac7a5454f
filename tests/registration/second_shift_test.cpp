// SPDX-License-Identifier: Apache-2.0
//
// Scenes of which a part moves and has more contrast than the rest: few answers are sure of the
// part's shift, which takes the whole with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "registration/support/scene.hpp"

namespace {

using ptychopatch::scene_options;

struct Pair {
  Picture still, moved;
  double shift[2];  // of the rest of the scene
  bool has_box = false;
};

class SecondShift : public testing::Test {
 protected:
  double uniform(double least, double most) {
    return std::uniform_real_distribution<double>(least, most)(random_);
  }

  // contrast: of the box, which covers `share` of it; 0: no box.
  Pair draw(std::int64_t side, double share, double contrast) {
    Pair pair;
    for (double& shift : pair.shift) shift = uniform(-14.0, 14.0);
    const FieldPair rest = draw_field(random_, side, pair.shift[0], pair.shift[1], false);
    pair.still = rest.still;
    pair.moved = rest.moved;
    pair.has_box = contrast > 0.0;
    if (pair.has_box) {
      // At least so far away that it is another shift.
      const double angle = uniform(0.0, 6.28);
      const double length = uniform(6.0, 14.0);
      const FieldPair part = draw_field(random_, side, pair.shift[0] + length * std::sin(angle),
                                        pair.shift[1] + length * std::cos(angle), false);
      const auto size = static_cast<std::int64_t>(std::sqrt(share) * static_cast<double>(side));
      const auto y0 = static_cast<std::int64_t>(uniform(0.0, static_cast<double>(side - size)));
      const auto x0 = static_cast<std::int64_t>(uniform(0.0, static_cast<double>(side - size)));
      const auto paste = [&](const Picture& from, Picture& to) {
        for (std::int64_t y = y0; y < y0 + size; ++y) {
          for (std::int64_t x = x0; x < x0 + size; ++x) {
            to.at(y, x) = static_cast<float>(contrast) * const_cast<Picture&>(from).at(y, x);
          }
        }
      };
      paste(part.still, pair.still);
      paste(part.moved, pair.moved);
    }
    for (Picture* picture : {&pair.still, &pair.moved}) add_noise(*picture, 0.05, random_);
    return pair;
  }

  static bool is_right(const Pair& pair, const ppatch_shift& found) {
    return std::abs(found.shift[0] + pair.shift[0]) < 0.3 &&
           std::abs(found.shift[1] + pair.shift[1]) < 0.3;
  }

  Random random_ = test_random(testing::UnitTest::GetInstance()->current_test_info()->name());
  testing::ScopedTrace trace_{__FILE__, __LINE__, seed_note()};
};

TEST_F(SecondShift, APartIsRarelyTakenForTheScene) {
  int ambiguous = 0;
  int wrong = 0;
  for (int i = 0; i < 16; ++i) {
    const std::int64_t side = i == 0 ? 800 : 160 + 16 * (i % 7);
    const Pair pair = draw(side, uniform(0.12, 0.25), uniform(8.0, 16.0));
    const ppatch_shift found =
        align_pair(image_of(pair.still), image_of(pair.moved), scene_options(side, side));
    if (found.status == PPATCH_SHIFT_STATUS_OK && !is_right(pair, found)) ++wrong;
    if (found.status == PPATCH_SHIFT_STATUS_AMBIGUOUS) ++ambiguous;
  }
  EXPECT_LE(wrong, 5);
  EXPECT_GE(ambiguous, 8);
}

TEST_F(SecondShift, ASceneWithoutOneIsSure) {
  for (int i = 0; i < 12; ++i) {
    const std::int64_t side = i == 0 ? 800 : 160 + 16 * (i % 7);
    const Pair pair = draw(side, 0.0, 0.0);
    const ppatch_shift found =
        align_pair(image_of(pair.still), image_of(pair.moved), scene_options(side, side));
    EXPECT_EQ(found.status, PPATCH_SHIFT_STATUS_OK) << side;
    EXPECT_TRUE(is_right(pair, found));
  }
}

TEST_F(SecondShift, HasEqualBitsForThreadsAndSimdTargets) {
  constexpr std::int64_t side = 208;
  const Pair pair = draw(side, 0.2, 10.0);
  const auto run = [&](int threads, const char* target) {
    if (target) ::setenv("PPATCH_SIMD", target, 1);
    ppatch_shift found = poisoned_shift();
    const ppatch_context_options made = scene_context_options(threads);
    ppatch_context* made_context = nullptr;
    const bool runs = ppatch_context_create(&made_context, &made) == PPATCH_OK;
    ppatch_context_destroy(made_context);
    if (runs) {
      const ptychopatch::Context context(made);
      ptychopatch::ScenePlan plan(context, scene_options(side, side));
      plan.borrow_reference(image_of(pair.still));
      found = align(plan, image_of(pair.moved));
    }
    ::unsetenv("PPATCH_SIMD");
    return std::pair(runs, found);
  };
  const ppatch_shift one = run(1, nullptr).second;
  for (const int threads : {2, 3, 7}) {
    const ppatch_shift other = run(threads, nullptr).second;
    EXPECT_TRUE(same_bytes(&other, &one, sizeof one)) << threads;
  }
  for (const char* target : {"scalar", "avx2", "avx3"}) {
    const auto [runs, other] = run(2, target);
    if (runs) {
      EXPECT_TRUE(same_bytes(&other, &one, sizeof one)) << target;
    }
  }
}

}  // namespace
