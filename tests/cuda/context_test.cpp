// SPDX-License-Identifier: Apache-2.0
//
// Contexts on CUDA: what they are, whose memory they use.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "device_array.hpp"
#include "oracle/test_backend.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using ptychopatch::array;
using ptychopatch::Context;
using ptychopatch::PatchPlan;

ppatch_context_options cuda_options() {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = test_backend();
  return options;
}

TEST(CudaContext, SaysWhatItIs) {
  const Context context(cuda_options());
  EXPECT_EQ(context.info().backend, PPATCH_BACKEND_CUDA);
  EXPECT_EQ(context.info().device, 0);
  EXPECT_GT(std::strlen(context.info().device_name), 0U);
  context.synchronize();
}

TEST(CudaContext, HasNoDeviceBeyondTheLast) {
  std::int32_t devices = 0;
  ASSERT_EQ(ppatch_backend_probe(test_backend(), &devices), PPATCH_OK);
  ppatch_context_options options = cuda_options();
  options.device = devices;
  ppatch_context* context = nullptr;
  EXPECT_EQ(ppatch_context_create(&context, &options), PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(context, nullptr);
  EXPECT_NE(std::string(ppatch_last_error()).find("options.device"), std::string::npos);
}

TEST(CudaContext, MovesImagesOfTheHost) {
  const Context context(cuda_options());
  const std::vector<float> image = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::vector<float> moved(9, -7);
  const double shift[2] = {1, 0};
  const auto from = array(image.data(), {3, 3});
  const auto to = array(moved.data(), {3, 3});
  ASSERT_EQ(ppatch_image_shift(context.get(), &from, shift, nullptr, &to), PPATCH_OK)
      << ppatch_last_error();
  EXPECT_EQ(moved, (std::vector<float>{0, 0, 0, 1, 2, 3, 4, 5, 6}));
}

// The caller's own memory of the device.
struct Pool {
  std::map<void*, std::uint64_t> blocks;
  std::uint64_t taken = 0;

  static void* take(void* user, std::uint64_t bytes, std::uint64_t) {
    auto& pool = *static_cast<Pool*>(user);
    void* const memory = DeviceMemory::get().allocate(bytes);
    pool.blocks[memory] = bytes;
    pool.taken += bytes;
    return memory;
  }
  static void give_back(void* user, void* memory, std::uint64_t bytes) {
    auto& pool = *static_cast<Pool*>(user);
    EXPECT_EQ(pool.blocks.at(memory), bytes);
    pool.blocks.erase(memory);
    DeviceMemory::get().release(memory);
  }
};

TEST(CudaContext, UsesTheCallersDeviceMemory) {
  Pool pool;
  ppatch_context_options options = cuda_options();
  options.allocate = Pool::take;
  options.deallocate = Pool::give_back;
  options.allocator_user = &pool;
  {
    const Context context(options);
    const std::vector<double> positions = {0.5, 0.25, 1, 1};
    const std::vector<float> image(36, 2);
    std::vector<float> patches(2 * 3 * 3, -7);
    PatchPlan plan(context, array(positions.data(), {2, 2}), ptychopatch::patch_options(3, 3));
    plan.extract(array(image.data(), {6, 6}), array(patches.data(), {2, 3, 3}));
    EXPECT_EQ(patches, std::vector<float>(18, 2));
    EXPECT_GE(pool.taken, 36 * sizeof(float));
  }
  EXPECT_TRUE(pool.blocks.empty());
}

}  // namespace
