// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a call is told in one sentence that names it, and nothing is written. Memory
// is what was asked for beforehand.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>

#include "capi/counting_allocator.hpp"
#include "registration/support/scene.hpp"

namespace {

using ptychopatch::scene_options;

void expect_refused(ppatch_status status, const std::string& word) {
  EXPECT_EQ(status, PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_NE(std::string(ppatch_last_error()).find(word), std::string::npos) << ppatch_last_error();
}

TEST(SceneArguments, OptionsAreChecked) {
  const ptychopatch::Context context = scene_context();
  const std::pair<const char*, std::function<void(ppatch_scene_options&)>> cases[] = {
      {"method", [](auto& o) { o.method = 9; }},
      {"height", [](auto& o) { o.height = 0; }},
      {"width", [](auto& o) { o.width = -4; }},
      {"cfa", [](auto& o) { o.cfa.height = 3; }},
      {"cfa.colour", [](auto& o) { o.cfa = ptychopatch::cfa("RGGB"), o.cfa.colour[3] = 255; }},
      {"cfa.reserved", [](auto& o) { o.cfa.reserved[2] = 1; }},
      {"black", [](auto& o) { o.black[1] = NAN; }},
      {"white", [](auto& o) { o.white = INFINITY; }},
      {"max_shift[1]", [](auto& o) { o.max_shift[1] = -1; }},
      {"sign", [](auto& o) { o.sign = 2; }},
      {"extent", [](auto& o) { o.extent = -1; }},
      {"hot_pixels", [](auto& o) { o.hot_pixels = 3; }},
      {"fixed_pattern", [](auto& o) { o.fixed_pattern = 3; }},
      {"plane_average", [](auto& o) { o.plane_average = 2; }},
      {"upsample", [](auto& o) { o.upsample = -1; }},
      {"overlap_ratio", [](auto& o) { o.overlap_ratio = 1.5; }},
      {"false_alarm_limit", [](auto& o) { o.false_alarm_limit = -1e-9; }},
      {"ambiguity_limit", [](auto& o) { o.ambiguity_limit = NAN; }},
      {"struct_size", [](auto& o) { o.struct_size = 2; }}};
  for (const auto& [word, spoil] : cases) {
    ppatch_scene_options options = scene_options(64, 64);
    spoil(options);
    auto* plan = reinterpret_cast<ppatch_scene_plan*>(1);
    expect_refused(ppatch_scene_plan_create(&plan, context.get(), &options), word);
    EXPECT_EQ(plan, nullptr);
    std::uint64_t bytes = 77;
    expect_refused(ppatch_scene_plan_bytes(context.get(), &options, &bytes), word);
    EXPECT_EQ(bytes, 77U);
  }
}

TEST(SceneArguments, ImagesAreChecked) {
  Random random = test_random("ImagesAreChecked");
  const Picture picture = textured(random, 64, 64);
  ptychopatch::ScenePlan plan(scene_context(), scene_options(64, 64));
  ppatch_scene_image good = image_of(picture);
  ppatch_shift results[2] = {poisoned_shift(), poisoned_shift()};
  const ppatch_shift untouched = poisoned_shift();
  expect_refused(ppatch_scene_plan_align(plan.get(), 1, &good, results), "reference");
  expect_refused(ppatch_scene_plan_borrow_reference(plan.get(), nullptr), "reference");
  plan.borrow_reference(good);
  expect_refused(ppatch_scene_plan_align(plan.get(), -1, &good, results), "count");
  expect_refused(ppatch_scene_plan_align(plan.get(), 1, nullptr, results), "images");
  expect_refused(ppatch_scene_plan_align(plan.get(), 1, &good, nullptr), "results");
  const std::vector<std::uint8_t> mask(64 * 64, 1);
  const std::pair<const char*, std::function<void(ppatch_scene_image&)>> cases[] = {
      {"pixels.dtype", [](auto& i) { i.pixels.dtype = PPATCH_I32; }},
      {"pixels", [](auto& i) { i.pixels.ndim = 1; }},
      {"pixels", [](auto& i) { i.pixels.shape[0] = 0; }},
      {"pixels", [](auto& i) { i.pixels.shape[1] = 65; }},
      {"pixels.data", [](auto& i) { i.pixels.data = nullptr; }},
      {"pixels.device_type",
       [](auto& i) {
         i.pixels.device_type = PPATCH_DEVICE_CUDA;
         i.pixels.device_id = 1 << 20;
       }},
      {"mask",
       [&](auto& i) {
         i.mask = ptychopatch::array(mask.data(), {64, 63});
       }},
      {"mask.dtype", [&](auto& i) { i.mask = i.pixels; }},
      {"own_levels", [](auto& i) { i.own_levels = 2; }},
      {"own_levels", [](auto& i) { i.white = 5.0; }},
      {"reserved", [](auto& i) { i.reserved = 1; }},
      {"black", [](auto& i) { i.own_levels = 1, i.black[3] = NAN; }}};
  for (const auto& [word, spoil] : cases) {
    ppatch_scene_image images[2] = {good, good};
    spoil(images[1]);
    expect_refused(ppatch_scene_plan_align(plan.get(), 2, images, results), "images[1]");
    EXPECT_NE(std::string(ppatch_last_error()).find(word), std::string::npos)
        << ppatch_last_error();
    EXPECT_TRUE(same_bytes(&results[0], &untouched, sizeof untouched));
    EXPECT_TRUE(same_bytes(&results[1], &untouched, sizeof untouched));
    expect_refused(ppatch_scene_plan_borrow_reference(plan.get(), &images[1]), "reference");
  }
  EXPECT_EQ(ppatch_scene_plan_align(plan.get(), 0, nullptr, nullptr), PPATCH_OK);
}

TEST(SceneArguments, MemoryIsWhatWasAskedFor) {
  Random random = test_random("MemoryIsWhatWasAskedFor");
  const Picture picture = textured(random, 200, 150);
  for (const ppatch_method method :
       {PPATCH_METHOD_ML, PPATCH_METHOD_PHASE, PPATCH_METHOD_PER_PLANE}) {
    for (const char* letters : {"", "RGGB", "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG"}) {
      CountingAllocator allocator;
      ppatch_scene_options options = scene_options(200, 150, cfa_of(letters));
      options.method = method;
      ppatch_context_options context_options = scene_context_options();
      allocator.install(&context_options);
      std::uint64_t bytes = 0;
      {
        const ptychopatch::Context context(context_options);
        bytes = ptychopatch::ScenePlan::bytes(context, options);
        ptychopatch::ScenePlan plan(context, options);
        EXPECT_EQ(plan.info().bytes, bytes);
        EXPECT_EQ(allocator.live(), bytes);
        plan.borrow_reference(image_of(picture));
        const std::int64_t calls = allocator.calls();
        align(plan, image_of(picture));
        EXPECT_EQ(allocator.calls(), calls) << "align takes no scratch";
      }
      context_options.memory_budget = bytes;
      EXPECT_NO_THROW(ptychopatch::ScenePlan(ptychopatch::Context(context_options), options));
      context_options.memory_budget = bytes - 1;
      const ptychopatch::Context context(context_options);
      ppatch_scene_plan* plan = nullptr;
      EXPECT_EQ(ppatch_scene_plan_create(&plan, context.get(), &options),
                PPATCH_ERROR_OUT_OF_MEMORY);
      EXPECT_NE(std::string(ppatch_last_error()).find(std::to_string(bytes)), std::string::npos)
          << ppatch_last_error();
    }
  }
}

// A camera's mosaic needs at most six bytes a pixel, plan and threads together.
TEST(SceneArguments, SixBytesAPixel) {
  for (const char* letters : {"RGGB", "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG"}) {
    ppatch_scene_options options = scene_options(4000, 6000, cfa_of(letters));
    options.max_shift[0] = options.max_shift[1] = 200;
    const std::uint64_t bytes = ptychopatch::ScenePlan::bytes(scene_context(), options);
    EXPECT_LE(static_cast<double>(bytes) / (4000.0 * 6000.0), 6.0) << letters;
    options.max_shift[0] = options.max_shift[1] = 0;
    EXPECT_LE(static_cast<double>(ptychopatch::ScenePlan::bytes(scene_context(), options)) /
                  (4000.0 * 6000.0),
              6.0)
        << letters;
  }
}

TEST(SceneArguments, CancelledBetweenImages) {
  Random random = test_random("CancelledBetweenImages");
  const Picture picture = textured(random, 64, 64);
  ppatch_context_options options = scene_context_options();
  options.progress = [](void*, double fraction) -> std::int32_t { return fraction >= 0.5; };
  ptychopatch::ScenePlan plan(ptychopatch::Context(options), scene_options(64, 64));
  plan.borrow_reference(image_of(picture));
  const std::vector<ppatch_scene_image> images(4, image_of(picture));
  std::vector<ppatch_shift> results(4, poisoned_shift());
  EXPECT_EQ(ppatch_scene_plan_align(plan.get(), 4, images.data(), results.data()),
            PPATCH_ERROR_CANCELLED);
  const ppatch_shift untouched = poisoned_shift();
  EXPECT_EQ(results[1].status, PPATCH_SHIFT_STATUS_OK);
  EXPECT_TRUE(same_bytes(&results[2], &untouched, sizeof untouched));
}

}  // namespace
