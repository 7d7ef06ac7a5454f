// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_PICTURES_PICTURE_HPP_
#define PTYCHOPATCH_APPS_PICTURES_PICTURE_HPP_

#include <array>
#include <cstdint>
#include <vector>

namespace ptychopatch::pictures {

using Rgb = std::array<std::uint8_t, 3>;  // sRGB

// Pixels to look at; row 0 is on top.
class Picture {
 public:
  Picture() = default;
  Picture(std::int64_t height, std::int64_t width, Rgb fill = {});

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  const std::vector<std::uint8_t>& rgb() const { return rgb_; }

  Rgb at(std::int64_t y, std::int64_t x) const;
  void set(std::int64_t y, std::int64_t x, Rgb colour);
  // Mixes colour in; places outside are left out.
  void blend(std::int64_t y, std::int64_t x, Rgb colour, double opacity);

  void paste(const Picture& other, std::int64_t top, std::int64_t left);
  // A disc with a soft rim; pixel centres are integers.
  void draw_disc(double y, double x, double radius, Rgb colour, double opacity);

  // Each pixel as factor x factor.
  Picture enlarged(std::int64_t factor) const;

 private:
  std::int64_t height_ = 0;
  std::int64_t width_ = 0;
  std::vector<std::uint8_t> rgb_;
};

inline constexpr Rgb kPaper = {250, 250, 250};

// Pictures in rows of `columns`, cells as large as the largest picture, thin gaps between and
// around.
Picture montage(const std::vector<Picture>& pictures, std::int64_t columns, std::int64_t gap,
                Rgb paper = kPaper);

// Pictures side by side, as high as the highest, each in the middle.
Picture side_by_side(const std::vector<Picture>& pictures, std::int64_t gap, Rgb paper = kPaper);

}  // namespace ptychopatch::pictures

#endif  // PTYCHOPATCH_APPS_PICTURES_PICTURE_HPP_
