// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_PLACEMENT_OPTIONS_HPP_
#define PTYCHOPATCH_APPS_PLACEMENT_OPTIONS_HPP_

#include <array>
#include <optional>

#include "cli_fwd.hpp"
#include "formats/placement.hpp"

namespace ptychopatch::app {

// --pixel-size P or PY,PX, in the units of the positions
void add_pixel_size(CLI::App& app, std::optional<std::array<double, 2>>& pixel_size);
// --origin corner, centre, fit or Y,X
void add_origin(CLI::App& app, std::optional<formats::Origin>& origin);

}  // namespace ptychopatch::app

#endif  // PTYCHOPATCH_APPS_PLACEMENT_OPTIONS_HPP_
