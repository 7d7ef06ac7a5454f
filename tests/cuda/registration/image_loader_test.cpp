// SPDX-License-Identifier: Apache-2.0
//
// A loader's images one after the other, and its memory.
#include <cstdlib>

#include "scene_images.hpp"

namespace ppatch {
namespace {

// One loader, images of all types and places one after another, and read where they are on the
// device.
TEST_F(SceneImages, ALoaderServesImageAfterImage) {
  SCOPED_TRACE(seed_note());
  const SceneSettings s = settings(bayer, 150, 160);
  ImageLoader loader(s, machine_);
  std::uniform_int_distribution<int> any(0, 2);
  for (int i = 0; i < case_count(20); ++i) {
    const DType dtypes[] = {DType::u16, DType::f32, DType::f64};
    Pixels pixels =
        draw_pixels(random_, s.cfa, dtypes[any(random_)], 150 - 7 * (i % 3), 160 - 5 * (i % 4));
    pixels.stride_y += i % 2;
    pixels.store();
    SceneImageView view = pixels.view();
    const Image expected = on_cpu(view, s, i % 2 == 0);
    DeviceBuffer<unsigned char> copy;
    PinnedBuffer pinned;
    const int place = any(random_);
    if (place == 1) {
      pinned = PinnedBuffer(pixels.memory.size());
      std::copy(pixels.memory.begin(), pixels.memory.end(), pinned.data());
      view.data = pinned.data();
    } else if (place == 0) {
      copy = DeviceBuffer<unsigned char>(machine_.allocator,
                                         static_cast<std::int64_t>(pixels.memory.size()));
      device::copy_to_device(copy.data(), pixels.memory.data(), pixels.memory.size(),
                             stream_.get());
      view.data = copy.data();
    }
    expect_same(expected, on_device(loader, view, s, i % 2 == 0));
  }
}

std::uint64_t counted_bytes = 0;
void* count_bytes(void*, std::uint64_t bytes, std::uint64_t) {
  counted_bytes += bytes;
  return std::malloc(bytes);
}
void give_back(void*, void* memory, std::uint64_t) { std::free(memory); }

TEST_F(SceneImages, ALoaderTakesTheMemoryThatItSays) {
  const Allocator allocator(&count_bytes, &give_back, nullptr);
  const Machine machine(BackendSettings{0, 1, std::uint64_t{1} << 30, &allocator, &callbacks_});
  for (const auto& [height, width] :
       {std::pair<std::int64_t, std::int64_t>{17, 9}, {1023, 4000}, {1024, 1031}}) {
    for (const std::string& letters : {std::string("G"), bayer, xtrans_letters}) {
      const SceneSettings s = settings(letters, height, width);
      counted_bytes = 0;
      const ImageLoader loader(s, machine);
      EXPECT_EQ(counted_bytes, ImageLoader::scratch_bytes(s)) << height << " x " << width;
    }
  }
}

}  // namespace
}  // namespace ppatch
