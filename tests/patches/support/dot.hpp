// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/case.hpp"

// What an adjoint may miss: |<A x, y> - <x, A* y>| relative to the sum of absolute terms.
double dot_tolerance(ppatch_dtype dtype);

struct DotResiduals {
  double extract;   // extract and adjoint
  double by_image;  // probe_extract and probe_adjoint_image
  double by_probe;  // probe_extract and probe_adjoint_probe
};

// For one case; NaN where the library answers NaN.
DotResiduals dot_residuals(const Case& c);

// Small images, so that most patches lie across an edge or over the whole image.
void make_small(Case& c);
