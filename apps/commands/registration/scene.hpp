// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace ptychopatch::rawnind {

// One thing photographed many times from the same place: clean references ("GT") and noisy images.
struct Scene {
  std::string type;    // "Bayer" or "X-Trans"; "" where the files alone say it
  std::string name;    // RawNIND's image_set
  std::string folder;  // "" or ends with '/'
  // Below the folder, in order: "gt/Bayer_...", "Bayer_...".
  std::vector<std::string> references, images;
  std::size_t left_out = 0;  // files there whose names are of no image

  std::size_t files() const { return references.size() + images.size(); }
};

// Where a scene lies below the data set's root.
std::string scene_folder(const std::string& root, const std::string& type, const std::string& name);

// The scenes below ROOT/src/{Bayer,X-Trans} (or below ROOT itself where it holds these two), by
// type and name. What is hidden is left out, and files whose names do not end as an image's.
// FormatError where there is none.
std::vector<Scene> walk_layout(const std::string& root);

// The scenes that a data set's own index lists, RawNIND's YAML: type, scene, clean_images and
// noisy_images with a filename each. Sorted as above. FormatError where it is not such an index.
std::vector<Scene> read_index(const std::string& path, const std::string& root);
std::vector<Scene> parse_index(const std::string& yaml, const std::string& root,
                               const std::string& source);

}  // namespace ptychopatch::rawnind
