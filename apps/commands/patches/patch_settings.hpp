// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "argument.hpp"
#include "cli_fwd.hpp"
#include "formats/scan_input.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {

// What the command line said about patches; what it did not say is left to the input's format, to
// the file that is read, or to the library's defaults.
class PatchSettings {
 public:
  // --anchor, --axes, --sign, --interp, --boundary, --constant, --layout, --group-size, --algorithm
  void add_geometry_options(CLI::App& app) { add_options(app, false); }
  // -N, --patch-height, --patch-width, --jitter, --jitter-seed, --local-offsets
  void add_extraction_options(CLI::App& app);

  // Whether there was an option for this key.
  bool given(const char* key) const { return given_.contains(key); }
  void apply(ppatch_patch_options& options) const;

 private:
  void add_options(CLI::App& app, bool extraction);

  nlohmann::ordered_json given_ = nlohmann::ordered_json::object();  // as to_json
};

// --pixel-size P or PY,PX, in the units of the positions
void add_pixel_size(CLI::App& app, std::optional<std::array<double, 2>>& pixel_size);
// What it says, if anything, in place of what a file says.
void apply(const std::optional<std::array<double, 2>>& pixel_size, formats::Placement& placement);
// --origin corner, centre, fit or Y,X
void add_origin(CLI::App& app, std::optional<formats::Origin>& origin);

void apply(const formats::Convention& convention, ppatch_patch_options& options);

// "anchor half, axes xy, sign window"
std::string convention_text(const ppatch_patch_options& options);

nlohmann::ordered_json to_json(const ppatch_patch_options& options);
// The inverse. FormatError, begun by source, where a value is missing or unknown.
ppatch_patch_options patch_options_from_json(const nlohmann::ordered_json& json,
                                             const std::string& source);

}  // namespace ptychopatch::app
