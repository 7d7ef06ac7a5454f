// SPDX-License-Identifier: Apache-2.0
//
// Scenes that a device has no memory or transforms for: fewer images at a time, and at last the
// CPU, which the log and each answer say. Arrays of the device.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "cuda/device_array.hpp"
#include "registration/support/scene.hpp"
#include "scene_contexts.hpp"

namespace {

using ptychopatch::Context;
using ptychopatch::scene_options;

constexpr std::int64_t size = 200;

// An environment variable that the host as a device looks at, for as long as this lives.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Setting() { ::unsetenv(name_); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
};

class SceneFallback : public testing::Test {
 protected:
  void SetUp() override {
    if (!host_is_device()) GTEST_SKIP() << "a card cannot be made to fail";
  }

  std::vector<ppatch_shift> align(const Context& context) const {
    ptychopatch::ScenePlan plan(context, options_);
    plan.borrow_reference(image_of(pair_.still));
    return plan.align(images_);
  }
  void expect_like_the_cpu(const std::vector<ppatch_shift>& got, ppatch_backend backend) const {
    const std::vector<ppatch_shift> want = align(scene_cpu());
    for (std::size_t i = 0; i < want.size(); ++i) {
      EXPECT_EQ(got[i].backend, backend);
      EXPECT_EQ(got[i].status, want[i].status);
      for (int axis = 0; axis < 2; ++axis) {
        EXPECT_NEAR(got[i].shift[axis], want[i].shift[axis], 1e-5) << seed_note();
      }
    }
  }

  Random random_ = test_random(testing::UnitTest::GetInstance()->current_test_info()->name());
  FieldPair pair_ = draw_field(random_, size, 3.4, -5.3, false);
  ppatch_scene_options options_ = scene_options(size, size);
  std::vector<ppatch_scene_image> images_ = {image_of(pair_.moved), image_of(pair_.still),
                                             image_of(pair_.moved)};
  std::string log_;
};

TEST_F(SceneFallback, WithoutTransforms) {
  const Setting none("PTYCHOPATCH_TEST_NO_FFT", "1");
  const Context context = scene_device(0, &log_);
  expect_like_the_cpu(align(context), PPATCH_BACKEND_CPU);
  EXPECT_NE(log_.find("aligning on the CPU"), std::string::npos) << log_;
  EXPECT_NE(log_.find("the test took the transforms away"), std::string::npos) << log_;
  // What needs none stays on the device.
  EXPECT_EQ(context.info().backend, PPATCH_BACKEND_CUDA);
  const std::vector<double> positions = {0.5, 0.25};
  const std::vector<float> image(36, 2);
  std::vector<float> patches(9, -7);
  ptychopatch::PatchPlan plan(context, ptychopatch::array(positions.data(), {1, 2}),
                              ptychopatch::patch_options(3, 3));
  plan.extract(ptychopatch::array(image.data(), {6, 6}),
               ptychopatch::array(patches.data(), {1, 3, 3}));
  EXPECT_EQ(patches, std::vector<float>(9, 2));
}

TEST_F(SceneFallback, PlansOfFewerPlanes) {
  const Setting one("PTYCHOPATCH_TEST_FFT_PLANES", "1");
  expect_like_the_cpu(align(scene_device(0, &log_)), PPATCH_BACKEND_CUDA);
  EXPECT_NE(log_.find("images at a time fail"), std::string::npos) << log_;
}

TEST_F(SceneFallback, NoPlanAtAll) {
  const Setting none("PTYCHOPATCH_TEST_FFT_PLANES", "0");
  expect_like_the_cpu(align(scene_device(0, &log_)), PPATCH_BACKEND_CPU);
  EXPECT_NE(log_.find("the test has no plan"), std::string::npos) << log_;
}

TEST_F(SceneFallback, LessMemoryThanTheBudget) {
  std::uint64_t whole = ptychopatch::ScenePlan::bytes(scene_device(), options_);
  {
    const Setting half("PTYCHOPATCH_TEST_LARGEST_BLOCK", std::to_string(whole / 2));
    expect_like_the_cpu(align(scene_device(0, &log_)), PPATCH_BACKEND_CUDA);
    EXPECT_NE(log_.find("images at a time fail"), std::string::npos) << log_;
  }
  const Setting little("PTYCHOPATCH_TEST_LARGEST_BLOCK", "100000");
  expect_like_the_cpu(align(scene_device(0, &log_)), PPATCH_BACKEND_CPU);
  EXPECT_NE(log_.find("aligning on the CPU"), std::string::npos) << log_;
}

// Transforms that are gone when an image of another size comes: it goes to the CPU, those before it
// have been answered.
TEST_F(SceneFallback, InTheMiddleOfACall) {
  const Picture whole = pair_.moved;
  Picture part{150, 180, std::vector<float>(150 * 180)};
  for (std::int64_t y = 0; y < part.height; ++y) {
    for (std::int64_t x = 0; x < part.width; ++x) part.at(y, x) = whole.at(y, x);
  }
  images_.insert(images_.begin() + 1, image_of(part));
  const std::vector<ppatch_shift> want = align(scene_cpu());
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = test_backend();
  options.progress = [](void*, double fraction) -> std::int32_t {
    if (fraction > 0.0) ::setenv("PTYCHOPATCH_TEST_FFT_PLANES", "0", 1);
    return 0;
  };
  const std::vector<ppatch_shift> got = align(Context(options));
  ::unsetenv("PTYCHOPATCH_TEST_FFT_PLANES");
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got[i].backend, i == 0 ? PPATCH_BACKEND_CUDA : PPATCH_BACKEND_CPU) << i;
    EXPECT_EQ(got[i].status, want[i].status);
    for (int axis = 0; axis < 2; ++axis) {
      EXPECT_NEAR(got[i].shift[axis], want[i].shift[axis], 1e-5) << seed_note();
    }
  }
}

TEST(SceneOnTheDevice, OtherMethodsAreTheCpus) {
  std::string log;
  Random random = test_random("OtherMethodsAreTheCpus");
  const Picture picture = textured(random, 64, 64);
  ppatch_scene_options options = scene_options(64, 64);
  options.method = PPATCH_METHOD_PHASE;
  ptychopatch::ScenePlan plan(scene_device(0, &log), options);
  plan.borrow_reference(image_of(picture));
  EXPECT_EQ(plan.align(image_of(picture)).backend, PPATCH_BACKEND_CPU);
  EXPECT_NE(log.find("PPATCH_METHOD_ML"), std::string::npos) << log;
}

TEST(SceneOnTheDevice, TakesArraysWhereTheyAre) {
  Random random = test_random("TakesArraysWhereTheyAre");
  const MosaicPair pair = draw_mosaic(random, "RGGB", size, 2.2, 4.1);
  const ppatch_scene_options options = scene_options(size, size, ptychopatch::cfa("RGGB"));
  ptychopatch::ScenePlan plan(scene_device(), options);
  plan.borrow_reference(image_of(pair.still));
  const ppatch_shift want = plan.align(image_of(pair.moved));
  const DeviceMemory& memory = DeviceMemory::get();
  const auto bytes = static_cast<std::uint64_t>(size * size) * sizeof(float);
  void* const still = memory.allocate(bytes);
  void* const moved = memory.allocate(bytes);
  memory.copy(still, pair.still.pixels.data(), bytes);
  memory.copy(moved, pair.moved.pixels.data(), bytes);
  const auto on_device = [](void* data) {
    ppatch_array array = ptychopatch::array(static_cast<const float*>(data), {size, size});
    array.device_type = PPATCH_DEVICE_CUDA;
    return ppatch_scene_image_of(array);
  };
  plan.borrow_reference(on_device(still));
  const ppatch_shift got = plan.align(on_device(moved));
  EXPECT_TRUE(same_bytes(&want, &got, sizeof got)) << seed_note();
  if (host_is_device()) {
    const Setting none("PTYCHOPATCH_TEST_FFT_PLANES", "0");
    ptychopatch::ScenePlan other(scene_device(), options);
    ppatch_scene_image image = on_device(moved);
    EXPECT_EQ(ppatch_scene_plan_borrow_reference(other.get(), &image),
              PPATCH_ERROR_INVALID_ARGUMENT);
    EXPECT_NE(std::string(ppatch_last_error()).find("device_type"), std::string::npos)
        << ppatch_last_error();
  }
  memory.release(still);
  memory.release(moved);
}

}  // namespace
