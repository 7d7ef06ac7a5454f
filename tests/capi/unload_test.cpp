// SPDX-License-Identifier: Apache-2.0
//
// The library opened, used with threads and closed, as a host's plugin is: this program is not
// linked to it.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "ptychopatch/ptychopatch.h"

namespace {

#define PPATCH_FIND(handle, name) reinterpret_cast<decltype(&(name))>(dlsym(handle, #name))

// Assembles constant patches on three threads.
void use(void* library, std::vector<double>* image) {
  const auto create_context = PPATCH_FIND(library, ppatch_context_create);
  const auto destroy_context = PPATCH_FIND(library, ppatch_context_destroy);
  const auto create_plan = PPATCH_FIND(library, ppatch_patch_plan_create);
  const auto destroy_plan = PPATCH_FIND(library, ppatch_patch_plan_destroy);
  const auto assemble = PPATCH_FIND(library, ppatch_patch_assemble);
  ASSERT_TRUE(create_context && destroy_context && create_plan && destroy_plan && assemble);

  constexpr std::int64_t size = 64, count = 200, patch = 16;
  std::vector<double> positions(2 * count), patches(count * patch * patch, 2.5),
      coverage(size * size);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    positions[i] = static_cast<double>(i * 7 % (size - patch));
  }
  const auto array = [](std::vector<double>& data, std::vector<std::int64_t> shape) {
    return ppatch_array_c(data.data(), PPATCH_F64, static_cast<std::int32_t>(shape.size()),
                          shape.data());
  };
  const ppatch_array where = array(positions, {count, 2});
  const ppatch_array from = array(patches, {count, patch, patch});
  const ppatch_array to = array(*image, {size, size});
  const ppatch_array cover = array(coverage, {size, size});

  ppatch_context_options options = PPATCH_CONTEXT_OPTIONS_INIT;
  options.backend = PPATCH_BACKEND_CPU;
  options.num_threads = 3;
  ppatch_patch_options patch_options = PPATCH_PATCH_OPTIONS_INIT;
  patch_options.patch_height = patch_options.patch_width = patch;
  ppatch_context* context = nullptr;
  ppatch_patch_plan* plan = nullptr;
  ASSERT_EQ(create_context(&context, &options), PPATCH_OK);
  EXPECT_EQ(create_plan(&plan, context, &where, &patch_options), PPATCH_OK);
  EXPECT_EQ(assemble(plan, &from, &to, &cover, 1e-9), PPATCH_OK);
  destroy_plan(plan);
  destroy_context(context);
}

TEST(Unload, TheHostGoesOnAfterEveryClose) {
  for (int cycle = 0; cycle < 200; ++cycle) {
    void* library = dlopen(LIBRARY_FILE, RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(library) << dlerror();
    std::vector<double> image(64 * 64, -1.0);
    use(library, &image);
    EXPECT_DOUBLE_EQ(image[7], 2.5);  // that of the first position, (0, 7)
    EXPECT_EQ(dlclose(library), 0);
    // Time for worker threads to meet code that is gone.
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

}  // namespace
