// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "commands/registration/motion_map.hpp"
#include "mosaics/raw_image.hpp"
#include "pictures/canvas.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::alignment {

// What a run did, to look at: every shift with its standard error, and for the first images a
// detail of the reference beside the image over it, before and after. There the reference is red
// and the image is cyan: where they lie on each other all is grey. Where motion was measured, a map
// of it, too.
class AlignmentPlot {
 public:
  static constexpr std::size_t max_details = 24;

  // Of an image that is not at hand: its shift alone.
  void mark(std::size_t place, const ppatch_shift& shift);
  // place: of the pair in the work list. From any thread; in any order. motion: NULL where none
  // was measured.
  void add(std::size_t place, const Context& context, const mosaics::RawImage& reference,
           const mosaics::RawImage& image, const ppatch_shift& shift, const MeasuredMotion* motion,
           const std::string& name);

  pictures::Canvas picture() const;

 private:
  struct Mark {
    double y, x, sigma_y, sigma_x;
  };

  struct Detail {
    std::string name;
    std::array<pictures::Image, 3> strip;
    std::optional<MotionMap> map;
  };

  void draw_shifts(pictures::Canvas& canvas) const;
  void draw_details(pictures::Canvas& canvas, double left) const;

  std::mutex mutex_;
  std::map<std::size_t, Mark> marks_;  // by place
  std::map<std::size_t, Detail> details_;
};

}  // namespace ptychopatch::alignment
