// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "commands/registration/record.hpp"
#include "commands/registration/scene.hpp"
#include "mosaics/image_input.hpp"

namespace ptychopatch::alignment {

// An image that is to be aligned onto a reference, both by their place in a scene's list.
struct Pair {
  std::size_t reference = 0;
  std::size_t image = 0;
  PairNames names;
  std::size_t place = 0;  // among all pairs of a run
  // The shift of one that was aligned before and is only to be drawn.
  std::shared_ptr<const ppatch_shift> known = {};
  bool replaces_files = false;  // that it has
};

// A scene as work: its images, references first, and the pairs that are wanted, references in turn
// and for each of them every other image. A scene without a reference has a pair of no_reference
// for each image.
struct SceneWork {
  static constexpr std::size_t no_reference = static_cast<std::size_t>(-1);

  std::vector<mosaics::ImageItem> images;
  std::size_t references = 0;
  std::vector<Pair> pairs;
};

SceneWork work_of(const rawnind::Scene& scene);

// The images in a file; of one that cannot be opened the file itself, whose record says why.
std::vector<mosaics::ImageItem> items_in(const std::string& path);

// A record is found again by its image's name: FormatError where a file has that of an image in
// another one.
void require_own_names(const std::vector<mosaics::ImageItem>& moving);

// REF and the images in MOVING; names are as given.
SceneWork work_of(const mosaics::ImageItem& reference,
                  const std::vector<mosaics::ImageItem>& moving);

}  // namespace ptychopatch::alignment
