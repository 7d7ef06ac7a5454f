// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/case.hpp"

// What waves with a shifted probe may miss, relative to the largest values that go in.
double shifted_tolerance(ppatch_dtype dtype);

struct ShiftedResiduals {
  double waves;     // beside the oracle
  double by_image;  // dot test of the adjoint by the image
  double by_probe;  // and by the probe
};

// For one case with a shifted probe; NaN where the library answers NaN.
ShiftedResiduals shifted_residuals(const Case& c);

// Narrows a case to double precision, and to positions that a small step does not take over a kink
// of the interpolation or a rounding. The fractions come with generic_fractions().
void make_smooth(Case& c);
Case generic_fractions(const Case& c);

// Gradient and normal matrix against differences of the waves, the worse of them, relative to the
// sums of absolute terms.
double normal_residual(const Case& c);
