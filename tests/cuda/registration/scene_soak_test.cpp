// SPDX-License-Identifier: Apache-2.0
//
// Scene after scene with one plan, and with a plan each: the device's memory that is taken in the
// end is what was taken after the first one, and answers stay the same, bit for bit.
// PTYCHOPATCH_TEST_SCENES: how many scenes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "cuda/device_array.hpp"
#include "registration/support/scene.hpp"
#include "scene_contexts.hpp"

namespace {

using ptychopatch::Context;
using ptychopatch::scene_options;

// The caller's memory of the device, counted.
struct Pool {
  std::map<void*, std::uint64_t> blocks;
  std::uint64_t live = 0, most = 0;

  static void* take(void* user, std::uint64_t bytes, std::uint64_t) {
    auto& pool = *static_cast<Pool*>(user);
    void* const memory = DeviceMemory::get().allocate(bytes);
    if (!memory) return nullptr;
    pool.blocks[memory] = bytes;
    pool.live += bytes;
    pool.most = std::max(pool.most, pool.live);
    return memory;
  }
  static void give_back(void* user, void* memory, std::uint64_t) {
    auto& pool = *static_cast<Pool*>(user);
    pool.live -= pool.blocks.at(memory);
    pool.blocks.erase(memory);
    DeviceMemory::get().release(memory);
  }
};

TEST(SceneSoak, MemoryStaysAndSoDoBits) {
  const char* asked = std::getenv("PTYCHOPATCH_TEST_SCENES");
  const int scenes = asked ? std::atoi(asked) : 6;
  ASSERT_GE(scenes, 2);
  Random random = test_random("MemoryStaysAndSoDoBits");
  const MosaicPair pair = draw_mosaic(random, "RGGB", 200, 3.1, -2.2);
  const ppatch_scene_options options = scene_options(200, 200, ptychopatch::cfa("RGGB"));
  const std::vector<ppatch_scene_image> images(4, image_of(pair.moved));
  Pool pool;
  {
    ppatch_context_options context_options = ptychopatch::context_options();
    context_options.backend = test_backend();
    context_options.allocate = Pool::take;
    context_options.deallocate = Pool::give_back;
    context_options.allocator_user = &pool;
    const Context context(context_options);
    ptychopatch::ScenePlan kept(context, options);
    std::vector<ppatch_shift> first;
    std::uint64_t live = 0;
    std::uint64_t most = 0;
    for (int scene = 0; scene < scenes; ++scene) {
      ptychopatch::ScenePlan other(context, options);
      for (ptychopatch::ScenePlan* plan : {&kept, &other}) {
        plan->borrow_reference(image_of(pair.still));
        const std::vector<ppatch_shift> shifts = plan->align(images);
        if (first.empty()) first = shifts;
        ASSERT_TRUE(same_bytes(shifts.data(), first.data(), first.size() * sizeof(ppatch_shift)))
            << "scene " << scene << ", " << seed_note();
      }
      if (scene == 0) {
        live = pool.live;
        most = pool.most;
      }
      ASSERT_EQ(pool.live, live) << "scene " << scene;
      ASSERT_EQ(pool.most, most) << "scene " << scene;
    }
    EXPECT_EQ(first[0].status, PPATCH_SHIFT_STATUS_OK);
    EXPECT_EQ(first[0].backend, PPATCH_BACKEND_CUDA);
  }
  EXPECT_TRUE(pool.blocks.empty());
}

}  // namespace
