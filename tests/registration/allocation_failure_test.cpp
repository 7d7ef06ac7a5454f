// SPDX-License-Identifier: Apache-2.0
//
// Every allocation of the scene's and the pair's functions fails once: those of the library's own
// containers through the program's operator new, those of scratch memory through the context's
// callbacks. Each time the call must say OUT_OF_MEMORY in a clean sentence, leak nothing, and leave
// the plan as good as it was.
#include <gtest/gtest.h>

#include <string>

#include "capi/failing_allocations.hpp"
#include "registration/support/scene.hpp"

namespace {

using ptychopatch::scene_options;

constexpr std::int64_t size = 96;

class SceneAllocationFailure : public testing::TestWithParam<bool>, protected FailingAllocations {
 protected:
  SceneAllocationFailure()
      : FailingAllocations(GetParam()),
        random_(test_random("SceneAllocationFailure")),
        still_(as_integers(textured(random_, size, size), 2000.0, 300.0)),
        moved_(as_integers(textured(random_, size, size), 2000.0, 300.0)) {
    for (std::int64_t y = 0; y < size; ++y) {
      for (std::int64_t x = 0; x < size; ++x) {
        moved_[static_cast<std::size_t>((y + 4) % size * size + (x + 2) % size)] =
            still_[static_cast<std::size_t>(y * size + x)];
      }
    }
  }

  ppatch_context_options options() {
    ppatch_context_options options = scene_context_options();
    if (through_callbacks()) allocator().install(&options);
    return options;
  }

  static std::vector<ppatch_scene_options> kinds() {
    std::vector<ppatch_scene_options> kinds;
    for (const ppatch_method method :
         {PPATCH_METHOD_ML, PPATCH_METHOD_PHASE, PPATCH_METHOD_CROSS, PPATCH_METHOD_PER_PLANE}) {
      kinds.push_back(scene_options(size, size, ptychopatch::cfa("RGGB")));
      kinds.back().method = method;
      kinds.back().upsample = 4;
    }
    return kinds;
  }

  Random random_;
  std::vector<std::uint16_t> still_, moved_;
};

TEST_P(SceneAllocationFailure, OfMakingAPlan) {
  const ptychopatch::Context context(options());
  for (const ppatch_scene_options& kind : kinds()) {
    const std::uint64_t taken = allocator().live();
    fail_each("ppatch_scene_plan_create", [&] {
      auto* plan = reinterpret_cast<ppatch_scene_plan*>(this);
      const ppatch_status status =
          harmed([&] { return ppatch_scene_plan_create(&plan, context.get(), &kind); });
      EXPECT_EQ(plan == nullptr, status != PPATCH_OK);
      ppatch_scene_plan_destroy(plan);
      return status;
    });
    EXPECT_EQ(allocator().live(), taken);
    fail_each("ppatch_scene_plan_bytes", [&] {
      std::uint64_t bytes = 0;
      return harmed([&] { return ppatch_scene_plan_bytes(context.get(), &kind, &bytes); });
    });
  }
  EXPECT_GT(failures(), 0);
}

// A new plan's first image takes what later ones find; masks take more.
TEST_P(SceneAllocationFailure, OfAligningLeavesThePlanUsable) {
  const ptychopatch::Context context(options());
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(size * size), 1);
  for (std::size_t i = 0; i < mask.size(); i += 7) mask[i] = 0;
  for (const ppatch_scene_options& kind : kinds()) {
    ppatch_scene_image still = image_of(still_, size, size);
    const ppatch_scene_image moved = image_of(moved_, size, size);
    for (const bool masked : {false, true}) {
      if (masked) still.mask = ptychopatch::array(mask.data(), {size, size});
      ptychopatch::ScenePlan untouched(context, kind);
      untouched.borrow_reference(still);
      const ppatch_shift expected = align(untouched, moved);
      EXPECT_EQ(expected.status, PPATCH_SHIFT_STATUS_OK);
      fail_each("ppatch_scene_plan_align", [&] {
        ptychopatch::ScenePlan plan(context, kind);
        plan.borrow_reference(still);
        ppatch_shift shift = poisoned_shift();
        const ppatch_status status =
            harmed([&] { return ppatch_scene_plan_align(plan.get(), 1, &moved, &shift); });
        const ppatch_shift again = align(plan, moved);
        EXPECT_TRUE(same_bytes(&again, &expected, sizeof again));
        if (status == PPATCH_OK) {
          EXPECT_TRUE(same_bytes(&shift, &expected, sizeof shift));
        }
        return status;
      });
    }
  }
  if (!through_callbacks()) {
    EXPECT_GT(failures(), 0);
  }
}

TEST_P(SceneAllocationFailure, OfThePairsFunctions) {
  const ptychopatch::Context context(options());
  std::vector<float> anchor(static_cast<std::size_t>(size * size), 0.25F);
  std::vector<float> target(anchor.size(), 0.5F);
  for (std::size_t i = 0; i < anchor.size(); ++i) anchor[i] += 1e-4F * static_cast<float>(i % 97);
  std::vector<float> out(anchor.size());
  std::vector<std::uint8_t> mask(anchor.size());
  const ppatch_array a = ptychopatch::array(anchor.data(), {size, size});
  const ppatch_array t = ptychopatch::array(target.data(), {size, size});
  const ppatch_array moved = ptychopatch::array(out.data(), {size, size});
  const ppatch_array kept = ptychopatch::array(mask.data(), {size, size});
  const double shift[2] = {1.25, -0.5};
  const std::uint64_t taken = allocator().live();
  fail_each("ppatch_image_shift", [&] {
    return harmed([&] { return ppatch_image_shift(context.get(), &a, shift, nullptr, &moved); });
  });
  ppatch_scene_motion motion{};
  motion.model = PPATCH_MOTION_MODEL_FIELD;
  motion.matrix[0] = motion.matrix[3] = 1.001;
  ppatch_tile_shift tiles[6] = {};
  for (int i = 0; i < 6; ++i) {
    const int row = i / 3;
    tiles[i].centre[0] = 10.0 * row;
    tiles[i].centre[1] = 10.0 * (i % 3);
  }
  fail_each("ppatch_image_warp", [&] {
    return harmed(
        [&] { return ppatch_image_warp(context.get(), &a, &motion, 6, tiles, nullptr, &moved); });
  });
  fail_each("ppatch_pair_gain", [&] {
    double gain = 0.0;
    return harmed([&] { return ppatch_pair_gain(context.get(), &a, &t, &gain); });
  });
  fail_each("ppatch_pair_loss", [&] {
    double loss = 0.0;
    return harmed([&] { return ppatch_pair_loss(context.get(), &a, &t, 0.0, &loss); });
  });
  fail_each("ppatch_pair_mask", [&] {
    double mean = 0.0;
    return harmed([&] { return ppatch_pair_mask(context.get(), &a, &t, nullptr, &kept, &mean); });
  });
  ppatch_scene_image image = image_of(still_, size, size);
  image.own_levels = 1;
  image.white = 4095.0;
  const ppatch_cfa cfa = ptychopatch::cfa("RGGB");
  std::vector<float> colours(static_cast<std::size_t>(3 * size / 2 * size / 2));
  const ppatch_array binned = ptychopatch::array(colours.data(), {3, size / 2, size / 2});
  fail_each("ppatch_pair_measure", [&] {
    ppatch_pair_measures measures{};
    return harmed([&] {
      return ppatch_pair_measure(context.get(), &cfa, &image, &image, nullptr, nullptr, &measures);
    });
  });
  fail_each("ppatch_image_luminance", [&] {
    ppatch_array channels = image.pixels;
    channels.ndim = 3;
    channels.shape[2] = 3;
    return harmed(
        [&] { return ppatch_image_luminance(context.get(), &channels, nullptr, 0.0, &moved); });
  });
  fail_each("ppatch_mosaic_normalise", [&] {
    return harmed([&] { return ppatch_mosaic_normalise(context.get(), &cfa, &image, &moved); });
  });
  fail_each("ppatch_mosaic_bin", [&] {
    return harmed([&] { return ppatch_mosaic_bin(context.get(), &cfa, &image, &binned); });
  });
  EXPECT_EQ(allocator().live(), taken);
}

INSTANTIATE_TEST_SUITE_P(Ways, SceneAllocationFailure, testing::Bool(), [](const auto& tested) {
  return std::string(tested.param ? "callbacks" : "operator_new");
});

}  // namespace
