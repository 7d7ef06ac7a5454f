// SPDX-License-Identifier: Apache-2.0
#include "formats/png.hpp"

#include <gtest/gtest.h>
#include <png.h>

#include "oracle/seed.hpp"

namespace {

TEST(Png, LibpngReadsThePixelsBack) {
  Random random = test_random("Png.LibpngReadsThePixelsBack");
  for (const auto& [height, width] : {std::pair{1, 1}, {3, 200}, {97, 5}}) {
    std::vector<std::uint8_t> rgb(static_cast<std::size_t>(3 * height * width));
    for (auto& value : rgb) value = static_cast<std::uint8_t>(random());
    const auto file = ptychopatch::formats::encode_png(rgb, height, width);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    ASSERT_NE(png_image_begin_read_from_memory(&image, file.data(), file.size()), 0);
    EXPECT_EQ(image.width, static_cast<unsigned>(width));
    EXPECT_EQ(image.height, static_cast<unsigned>(height));
    image.format = PNG_FORMAT_RGB;
    std::vector<std::uint8_t> read(rgb.size(), 77);
    ASSERT_NE(png_image_finish_read(&image, nullptr, read.data(), 0, nullptr), 0);
    EXPECT_EQ(read, rgb) << seed_note();
  }
}

TEST(Png, RefusesASizeThatIsNotThePixels) {
  const std::vector<std::uint8_t> rgb(12);
  EXPECT_THROW(ptychopatch::formats::encode_png(rgb, 2, 3), std::logic_error);
  EXPECT_THROW(ptychopatch::formats::encode_png(rgb, 0, 3), std::logic_error);
}

}  // namespace
