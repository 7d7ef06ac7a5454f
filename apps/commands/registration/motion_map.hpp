// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mosaics/raw_image.hpp"
#include "pictures/canvas.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::alignment {

// What the tiles of one image say, drawn over its reference: by how much the shift of each differs
// from the image's own, with its error; which tiles move on their own; which have no shift.
class MotionMap {
 public:
  static constexpr double max_width = 580;  // at most, with what is written about it

  MotionMap(const mosaics::RawImage& reference, const MeasuredMotion& measured);

  double height() const;  // with what is written about it
  // The corner is the upper left one of all of it.
  void draw(pictures::Canvas& canvas, pictures::Point corner) const;

  // What the marks of every map mean.
  static void draw_legend(pictures::Canvas& canvas, pictures::Point corner);

 private:
  enum class Kind { fits, moves, no_shift };

  struct Tile {
    double y, x;           // its centre in the picture
    double dy, dx;         // its shift less the image's, px
    double covariance[3];  // yy, yx, xx, px^2
    Kind kind;
  };

  void choose_scale();
  void draw_tile(pictures::Canvas& canvas, pictures::Point corner, const Tile& tile) const;
  void draw_ticks(pictures::Canvas& canvas, pictures::Point corner) const;

  pictures::Image picture_;
  double zoom_;           // of the picture over the reference
  double cell_;           // what a tile has to itself in the picture: half its side
  double arrow_ = 0;      // pixels of the picture for one of a shift; 0: nothing was measured
  std::int64_t size_[2];  // of the reference
  std::string words_;
  std::vector<Tile> tiles_;
};

}  // namespace ptychopatch::alignment
