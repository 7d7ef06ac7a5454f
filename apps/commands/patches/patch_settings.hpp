// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_COMMANDS_PATCHES_PATCH_SETTINGS_HPP_
#define PTYCHOPATCH_APPS_COMMANDS_PATCHES_PATCH_SETTINGS_HPP_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "argument.hpp"
#include "cli_fwd.hpp"
#include "formats/scan_input.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {

// What the command line said about patches; what it did not say is left to the input's format, to
// the file that is read, or to the library's defaults.
struct PatchSettings {
  std::optional<std::int32_t> interpolation, boundary, anchor, axes, sign, layout, algorithm,
      local_offsets;
  std::optional<std::int64_t> height, width, group_size;
  std::optional<std::complex<double>> constant;
  std::optional<double> jitter;
  std::optional<std::uint64_t> jitter_seed;

  // --anchor, --axes, --sign, --interp, --boundary, --constant, --layout, --group-size, --algorithm
  void add_geometry_options(CLI::App& app);
  // -N, --patch-height, --patch-width, --jitter, --jitter-seed, --local-offsets
  void add_cutting_options(CLI::App& app);

  void apply(ppatch_patch_options& options) const;
};

void apply(const formats::Convention& convention, ppatch_patch_options& options);

// "anchor half, axes xy, sign window"
std::string convention_text(const ppatch_patch_options& options);

nlohmann::ordered_json to_json(const ppatch_patch_options& options);
// The inverse. FormatError, begun by source, where a value is missing or unknown.
ppatch_patch_options patch_options_from_json(const nlohmann::ordered_json& json,
                                             const std::string& source);

}  // namespace ptychopatch::app

#endif  // PTYCHOPATCH_APPS_COMMANDS_PATCHES_PATCH_SETTINGS_HPP_
