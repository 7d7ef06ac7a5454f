// SPDX-License-Identifier: Apache-2.0
//
// Equal bits for any number of threads, SIMD target, order and size of a batch.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>

#include "registration/support/scene.hpp"

namespace {

using ptychopatch::scene_options;

void expect_equal_bits(const ppatch_shift& a, const ppatch_shift& b, const std::string& what) {
  EXPECT_TRUE(same_bytes(&a, &b, sizeof a))
      << what << ": " << a.shift[0] - b.shift[0] << ", " << a.shift[1] - b.shift[1] << ", "
      << a.covariance[0] - b.covariance[0] << ", " << a.coherence - b.coherence;
}

struct Kind {
  const char* letters;
  ppatch_method method;
};

class Determinism : public testing::TestWithParam<Kind> {
 protected:
  Determinism() : random_(test_random(std::string("Determinism") + GetParam().letters)) {
    // Drawing takes longer than all that is done with it.
    static std::map<std::string, MosaicPair> drawn;
    const std::string letters = GetParam().letters;
    if (drawn.find(letters) == drawn.end()) {
      if (letters.empty()) {
        FieldPair pair = draw_field(random_, 300, 7.3, -2.6, false);
        drawn[letters] = {pair.still, pair.moved};
      } else {
        drawn[letters] = draw_mosaic(random_, letters, 300, 7.3, -2.6);
      }
    }
    still_ = drawn[letters].still;
    moved_ = drawn[letters].moved;
    options_ = scene_options(300, 300, cfa_of(letters));
    options_.method = GetParam().method;
    options_.upsample = 10;
  }

  ppatch_shift run(int threads) {
    ptychopatch::ScenePlan plan(scene_context(threads), options_);
    plan.borrow_reference(image_of(still_));
    return align(plan, image_of(moved_));
  }

  Random random_;
  Picture still_, moved_;
  ppatch_scene_options options_;
};

TEST_P(Determinism, OfThreads) {
  const ppatch_shift one = run(1);
  for (const int threads : {2, 3, 7}) {
    expect_equal_bits(one, run(threads), std::to_string(threads) + " threads");
  }
}

TEST_P(Determinism, OfSimdLevels) {
  const ppatch_shift best = run(2);
  for (const char* target : {"scalar", "avx2", "avx3"}) {
    ::setenv("PPATCH_SIMD", target, 1);
    // Whether the library has it; a device's context only asks where the CPU has work.
    ppatch_context* probe = nullptr;
    ppatch_context_options options = ptychopatch::context_options();
    options.backend = PPATCH_BACKEND_CPU;
    const ppatch_status status = ppatch_context_create(&probe, &options);
    ppatch_context_destroy(probe);
    if (status == PPATCH_OK) expect_equal_bits(best, run(2), target);
    ::unsetenv("PPATCH_SIMD");
  }
}

TEST_P(Determinism, OfBatchesAndRepeats) {
  ptychopatch::ScenePlan plan(scene_context(2), options_);
  plan.borrow_reference(image_of(still_));
  const ppatch_shift alone = align(plan, image_of(moved_));
  std::vector<ppatch_shift> shifts(3, poisoned_shift());
  const std::vector<ppatch_scene_image> images = {image_of(still_), image_of(moved_),
                                                  image_of(moved_)};
  ptychopatch::check(ppatch_scene_plan_align(plan.get(), 3, images.data(), shifts.data()));
  expect_equal_bits(alone, shifts[1], "in a batch");
  expect_equal_bits(alone, shifts[2], "again");
}

// Memory and strides of any kind hold the same picture.
TEST_P(Determinism, OfStrides) {
  const ppatch_shift plain = run(2);
  std::vector<float> spread(static_cast<std::size_t>(300 * 700), 1e30F);
  for (std::int64_t y = 0; y < 300; ++y) {
    for (std::int64_t x = 0; x < 300; ++x) {
      spread[static_cast<std::size_t>((299 - y) * 700 + 2 * x + 5)] = moved_.at(y, x);
    }
  }
  const std::int64_t shape[2] = {300, 300};
  const std::int64_t strides[2] = {-700, 2};
  const ppatch_scene_image image = ppatch_scene_image_of(
      ppatch_array_strided(spread.data() + 299 * 700 + 5, PPATCH_F32, 2, shape, strides));
  ptychopatch::ScenePlan plan(scene_context(2), options_);
  plan.borrow_reference(image_of(still_));
  expect_equal_bits(plain, align(plan, image), "strided");
}

std::string name_of(const testing::TestParamInfo<Kind>& info) {
  const std::string letters = info.param.letters;
  return std::string(letters.empty()       ? "Plain"
                     : letters.size() == 4 ? "Bayer"
                                           : "XTrans") +
         std::to_string(info.param.method);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Determinism,
    testing::Values(Kind{"", PPATCH_METHOD_ML}, Kind{"GRBG", PPATCH_METHOD_ML},
                    Kind{"GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG", PPATCH_METHOD_ML},
                    Kind{"", PPATCH_METHOD_PHASE}, Kind{"", PPATCH_METHOD_CROSS},
                    Kind{"RGGB", PPATCH_METHOD_PER_PLANE}),
    name_of);

}  // namespace
