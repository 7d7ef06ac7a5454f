// SPDX-License-Identifier: Apache-2.0
#pragma once

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
