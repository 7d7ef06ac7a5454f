// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

namespace ptychopatch::simulate {

// The beam of a round lens out of focus, size x size, its centre at size div 2, largest
// amplitude 1. diameter is that of its geometric shadow in pixels; the Fresnel number is that of
// fresnel_number. Debye's integral over the aperture, U(r) = 2 int_0^1 exp(i u s^2 / 2) J0(v s) s
// ds, taken along the radius, with u = 2 pi times the Fresnel number and v = u r / (diameter / 2).
std::vector<std::complex<double>> defocused_probe(std::int64_t size, double diameter);

inline constexpr double fresnel_number = 4;

}  // namespace ptychopatch::simulate
