// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>

#include "pictures/canvas.hpp"

namespace ptychopatch::pictures {

// Lightness 0 to 1, chroma and hue (radians) in the Oklab space, whose distances are those that the
// eye sees. A colour that no screen has loses chroma, not lightness or hue.
Rgb from_oklch(double lightness, double chroma, double hue);

// Domain colouring: phase as hue (0 is blue, then rose, yellow, green), amplitude
// (0 to 1, larger is cut) as brightness.
Rgb phase_colour(std::complex<double> value);

// From indigo over teal to pale yellow, lightness growing evenly with t (0 to 1).
Rgb sequential_colour(double t);

}  // namespace ptychopatch::pictures
