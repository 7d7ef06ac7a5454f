// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "pictures/plane.hpp"

namespace ptychopatch::pictures {

// What colours mean: a bar with ticks, or for complex values a wheel of phases whose rim is the
// largest amplitude. The corner is its upper left one; answers where it ends at the right.
double draw_key(Canvas& canvas, Point corner, double height, const Scale& scale, bool complex);

// A plane made small or large enough to look at.
struct View {
  // No side is longer than `largest`, and the longer one is about `wanted` where it would be less.
  View(const Plane& full, std::int64_t largest, std::int64_t wanted);

  Plane plane;
  std::int64_t factor_y, factor_x;  // pixels of the full plane that became one
  std::int64_t zoom;                // pixels that each of these becomes

  std::int64_t height() const { return plane.height * zoom; }
  std::int64_t width() const { return plane.width * zoom; }
  // Where the centre of pixel (y, x) of the full plane lies.
  Point place(double y, double x) const;
};

// The image of a view with its title above it, its pixels counted at the left and below, and at the
// right the key to its colours, unless there is none. The corner is the image's own; answers where
// all of it ends at the right.
double draw_panel(Canvas& canvas, Point corner, const std::string& title, const View& view,
                  const Image& image, const Scale* key);

}  // namespace ptychopatch::pictures
