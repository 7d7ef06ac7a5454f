// SPDX-License-Identifier: Apache-2.0
//
// Waves whose probe is shifted by what is left of a position where the patch is taken at whole
// pixels. Shifts are matrices here, made of the transform's definition.
#pragma once

#include <vector>

#include "oracle/patches/probes.hpp"

namespace oracle {

bool shifts_probe(const Scan& scan);

// The probe of each position, (K, modes, h, w): shifted, or the derivative of that by the shift.
Probe shifted_probe(const Scan& scan, const Probe& probe, Derivative derivative = Derivative::none);

// The adjoint of shifted_probe: shaped as the probe, of values shaped as its result.
Values unshifted_sum(const Scan& scan, const Values& values, const Probe& shape_of);

Values shifted_extract(const Scan& scan, const Values& image, const Probe& probe);
Values shifted_adjoint_probe(const Scan& scan, const Values& image, const Values& waves,
                             const Probe& shape_of);

}  // namespace oracle
