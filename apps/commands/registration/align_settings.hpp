// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_COMMANDS_REGISTRATION_ALIGN_SETTINGS_HPP_
#define PTYCHOPATCH_APPS_COMMANDS_REGISTRATION_ALIGN_SETTINGS_HPP_

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "argument.hpp"
#include "mosaics/image_input.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::alignment {

// What the results depend on.
struct AlignSettings {
  ppatch_method method = PPATCH_METHOD_ML;
  std::array<std::int64_t, 2> max_shift = {128, 128};
  ppatch_extent extent = PPATCH_EXTENT_LINEAR;
  ppatch_switch hot_pixels = PPATCH_SWITCH_AUTO;
  ppatch_switch fixed_pattern = PPATCH_SWITCH_AUTO;
  ppatch_plane_average plane_average = PPATCH_PLANE_AVERAGE_MEDIAN;
  std::int32_t upsample = 1;
  mosaics::ImageSettings image;  // of files that are no camera RAWs
  std::string mask;              // of the reference; "": none

  ppatch_scene_options scene_options() const;
  nlohmann::ordered_json json() const;

  void add_options(CLI::App& app);
};

}  // namespace ptychopatch::alignment

#endif  // PTYCHOPATCH_APPS_COMMANDS_REGISTRATION_ALIGN_SETTINGS_HPP_
