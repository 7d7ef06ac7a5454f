// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "held_array.hpp"

namespace ptychopatch::python {

using Levels = std::array<double, 4>;

// An image with its arrays held, and with levels of its own unless black is none.
class HeldImage {
 public:
  HeldImage(const char* name, nb::handle pixels, nb::handle mask,
            const std::optional<Levels>& black, double white)
      : pixels_(name, pixels), mask_("mask", mask), image_(ppatch_scene_image_of(*pixels_)) {
    if (mask_.get()) image_.mask = *mask_.get();
    if (!black) return;
    std::copy(black->begin(), black->end(), image_.black);
    image_.white = white;
    image_.own_levels = 1;
  }

  const ppatch_scene_image& get() const { return image_; }

 private:
  HeldArray pixels_;
  OptionalArray mask_;
  ppatch_scene_image image_;
};

}  // namespace ptychopatch::python
