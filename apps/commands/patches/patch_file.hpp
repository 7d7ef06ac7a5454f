// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "commands/patches/patch_geometry.hpp"
#include "commands/patches/patch_settings.hpp"

namespace ptychopatch::app {

// What `ptychopatch extract` wrote, or an archive with the same keys: patches, positions, and the
// options that they were extracted with.
struct PatchFile {
  // The command line's settings and shape ({} or two numbers) come before the file's metadata.
  PatchFile(const std::string& path, const PatchSettings& settings,
            const std::vector<std::string>& shape);

  ppatch_patch_options options{};
  PatchGeometry geometry;
  formats::Tensor patches;
  formats::Tensor positions;
  std::string positions_source;

 private:
  struct Stored;

  void read_options(const Stored& stored, const PatchSettings& settings,
                    const formats::Shape& image);
  void take_patch_shape(const formats::Shape& shape, const std::string& source);
  std::string expected_shape() const;
};

}  // namespace ptychopatch::app
