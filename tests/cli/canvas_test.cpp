// SPDX-License-Identifier: Apache-2.0
#include "pictures/canvas.hpp"

#include <gtest/gtest.h>
#include <png.h>

#include <stdexcept>

#include "oracle/seed.hpp"

namespace {

using namespace ptychopatch::pictures;  // NOLINT(google-build-using-namespace)

constexpr Rgb white = {255, 255, 255}, black = {0, 0, 0};
constexpr std::int64_t margin = 12;

// As libpng, which did not write it, reads it.
Image decoded(const std::string& file) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&header, file.data(), file.size()) == 0) return {};
  header.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> rgb(PNG_IMAGE_SIZE(header));
  if (png_image_finish_read(&header, nullptr, rgb.data(), 0, nullptr) == 0) return {};
  Image image(header.height, header.width);
  for (std::int64_t i = 0; i < image.height() * image.width(); ++i) {
    const auto at = static_cast<std::size_t>(3 * i);
    image.set(i / image.width(), i % image.width(), {rgb[at], rgb[at + 1], rgb[at + 2]});
  }
  return image;
}

Image decoded(const Canvas& canvas) { return decoded(canvas.encoded(Format::png)); }

Image noise(std::int64_t height, std::int64_t width) {
  Random random = test_random("Canvas.noise");
  Image image(height, width);
  for (std::int64_t i = 0; i < height * width; ++i) {
    const auto byte = [&random] { return static_cast<std::uint8_t>(random()); };
    image.set(i / width, i % width, {byte(), byte(), byte()});
  }
  return image;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(Canvas, PixelsOfAnImageStayAsTheyAre) {
  for (const auto& [height, width, zoom] : {std::array{1, 1, 1}, {3, 20, 1}, {7, 5, 3}}) {
    const Image image = noise(height, width);
    Canvas canvas;
    canvas.image({-5, 100}, image, zoom);
    const Image read = decoded(canvas);
    ASSERT_EQ(read.height(), height * zoom + 2 * margin);
    ASSERT_EQ(read.width(), width * zoom + 2 * margin);
    for (std::int64_t y = 0; y < read.height(); ++y) {
      for (std::int64_t x = 0; x < read.width(); ++x) {
        const std::int64_t from_y = y - margin, from_x = x - margin;
        const bool inside =
            from_y >= 0 && from_x >= 0 && from_y < height * zoom && from_x < width * zoom;
        ASSERT_EQ(read.at(y, x), inside ? image.at(from_y / zoom, from_x / zoom) : white)
            << y << ' ' << x << seed_note();
      }
    }
  }
}

TEST(Canvas, APngOfPixelsAloneHasNoMargin) {
  const Image image = noise(4, 9), read = decoded(encode_png(image));
  ASSERT_EQ(read.height(), 4);
  ASSERT_EQ(read.width(), 9);
  for (std::int64_t i = 0; i < 36; ++i) EXPECT_EQ(read.at(i / 9, i % 9), image.at(i / 9, i % 9));
}

TEST(Canvas, LinesAndDiscsAreWhereTheyShouldBe) {
  Canvas canvas;
  canvas.rectangle({0, 0}, 20, 20, white);
  canvas.path({{4, 2}, {4, 18}}, {black});
  canvas.path({{2, 5.2}, {18, 5.2}}, {black});
  canvas.disc({12.5, 12.5}, 2.5, {255, 0, 0});
  const Image read = decoded(canvas);
  ASSERT_EQ(read.width(), 20 + 2 * margin);
  const auto at = [&](std::int64_t y, std::int64_t x) { return read.at(y + margin, x + margin); };
  EXPECT_EQ(at(10, 4), black);
  EXPECT_EQ(at(10, 3), white);
  EXPECT_EQ(at(10, 5), white);
  EXPECT_EQ(at(5, 9), black);
  EXPECT_EQ(at(4, 9), white);
  EXPECT_EQ(at(6, 9), white);
  EXPECT_EQ(at(12, 12), (Rgb{255, 0, 0}));
  EXPECT_NEAR(at(12, 10)[1], at(12, 14)[1], 2);
  EXPECT_NEAR(at(10, 12)[1], at(14, 12)[1], 2);
  EXPECT_EQ(at(12, 16), white);
}

TEST(Canvas, TextIsDrawnAsWideAsItIsSaidToBe) {
  Canvas canvas;
  const Font font = {.size = 20};
  const double width = canvas.width_of("MMMM", font);
  EXPECT_GT(width, 4 * 10);
  EXPECT_NEAR(canvas.width_of("MM", font), width / 2, 1e-6);
  EXPECT_GT(canvas.width_of("MMMM", {.size = 20, .bold = true}), width);
  canvas.text({0, 0}, "MMMM", font);
  const Image read = decoded(canvas);
  EXPECT_NEAR(static_cast<double>(read.width() - 2 * margin), width, 5);
  EXPECT_NEAR(static_cast<double>(read.height() - 2 * margin), 15, 2);  // of a capital letter
  std::int64_t dark = 0;
  for (std::int64_t i = 0; i < read.height() * read.width(); ++i) {
    dark += read.at(i / read.width(), i % read.width())[0] < 100 ? 1 : 0;
  }
  EXPECT_GT(dark, 100);
}

TEST(Canvas, AnSvgHasEveryLetterAndAPdfNoDate) {
  Canvas canvas;
  canvas.text({0, 0}, "dy = 0.71 \u00b1 0.008 px");
  canvas.image({0, 20}, noise(4, 4), 8);
  const std::string svg = canvas.encoded(Format::svg);
  EXPECT_TRUE(svg.starts_with("<?xml"));
  EXPECT_EQ(count(svg, "<use xlink:href=\"#glyph"), 20U);
  EXPECT_EQ(count(svg, "<image "), 1U);
  const std::string pdf = canvas.encoded(Format::pdf);
  EXPECT_TRUE(pdf.starts_with("%PDF-"));
  EXPECT_TRUE(pdf.ends_with("%%EOF\n"));
  EXPECT_EQ(count(pdf, "Date"), 0U);
}

TEST(Canvas, WhatWasDrawnBeforeIsNotInAFile) {
  Canvas canvas;
  canvas.text({0, 0}, "words");
  canvas.image({0, 20}, noise(4, 4), 8);
  canvas.image({40, 20}, noise(4, 4), 8);
  for (const Format format : {Format::png, Format::svg, Format::pdf}) {
    const std::string first = canvas.encoded(format);
    encode_png(noise(3, 3));
    EXPECT_EQ(canvas.encoded(format), first);
  }
}

TEST(Canvas, RefusesWhatNoFileHolds) {
  Canvas wide;
  EXPECT_THROW(wide.image({0, 0}, Image(1, 40'000)), std::runtime_error);
  Canvas far;
  far.disc({0, 0}, 3, black);
  far.disc({1e6, 0}, 3, black);
  EXPECT_THROW(far.encoded(Format::png), std::runtime_error);
  Canvas broken;
  broken.text({0, 0}, "\xff is no UTF-8");
  EXPECT_THROW(broken.encoded(Format::svg), std::runtime_error);
}

TEST(Canvas, AFilesEndingSaysItsFormat) {
  EXPECT_EQ(format_of("a.png"), Format::png);
  EXPECT_EQ(format_of("b/a.SVG"), Format::svg);
  EXPECT_EQ(format_of("a.tar.pdf"), Format::pdf);
  for (const char* name : {"", "-", "png", "a.jpg", "a.png.gz", "/dev/full"}) {
    EXPECT_FALSE(format_of(name)) << name;
  }
}

}  // namespace
