// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct _cairo;  // Cairo's own name. NOLINT(bugprone-reserved-identifier)

namespace ptychopatch::pictures {

using Rgb = std::array<std::uint8_t, 3>;  // sRGB
inline constexpr Rgb ink = {31, 41, 55}, faint = {107, 114, 128}, grid_grey = {225, 228, 232};

// Pixels to look at; row 0 is on top.
class Image {
 public:
  Image() = default;
  Image(std::int64_t height, std::int64_t width, Rgb fill = {});

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  Rgb at(std::int64_t y, std::int64_t x) const;
  void set(std::int64_t y, std::int64_t x, Rgb colour);

 private:
  std::int64_t height_ = 0, width_ = 0;
  std::vector<Rgb> pixels_;
};

enum class Format { png, svg, pdf };
// What the ending of a file's name says, if it is .png, .svg or .pdf in small or capital letters.
std::optional<Format> format_of(std::string_view name);

struct Point {
  double x, y;
};
struct Pen {
  Rgb colour = ink;
  double width = 1;
  bool dashed = false;
};
struct Font {
  double size = 12;
  Rgb colour = ink;
  double before = 0;  // the share of the text's width that lies left of its place
  bool bold = false;
};

// A drawing on white paper that is as large as what is drawn, with a margin. Places are in pixels,
// x to the right and y downwards from anywhere; those of images are integers.
class Canvas {
 public:
  Canvas();

  void path(const std::vector<Point>& points, const Pen& pen = {});
  void rectangle(Point corner, double width, double height, Rgb fill);
  void disc(Point centre, double radius, Rgb fill);
  // Each pixel as zoom x zoom.
  void image(Point corner, const Image& image, std::int64_t zoom = 1);
  // UTF-8. The place is on the line that letters stand on.
  void text(Point place, const std::string& words, const Font& font = {});
  double width_of(const std::string& words, const Font& font = {}) const;

  // The bytes of a file, the same in every run that draws the same.
  std::string encoded(Format format) const;
  // In the format that the name says, or as PNG.
  std::string encoded_for(std::string_view name) const {
    return encoded(format_of(name).value_or(Format::png));
  }

 private:
  void draw(std::function<void(_cairo*)> mark);

  std::shared_ptr<_cairo> measure_;  // where marks are drawn at once, to know how large they are
  std::vector<std::function<void(_cairo*)>> marks_;
};

// A PNG file of these pixels alone.
std::string encode_png(const Image& image);

}  // namespace ptychopatch::pictures
