// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "mosaics/mosaic.hpp"
#include "pictures/canvas.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::alignment {

// The detail of the reference with the most structure, by itself, under the image as it was taken,
// and under the image moved by its shift. Colours of a mosaic are evened out by their means.
using DetailStrip = std::array<pictures::Image, 3>;
DetailStrip detail_strip(const Context& context, const mosaics::Mosaic& reference,
                         const mosaics::Mosaic& image, const ppatch_shift& shift);

}  // namespace ptychopatch::alignment
