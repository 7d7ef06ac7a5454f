// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

namespace ptychopatch::simulate {

// x[y, x] becomes the sum over k, l of x[k, l] e^{2 pi i (k y / height + l x / width)}, in place.
// Both sizes are powers of two.
void inverse_transform(std::vector<std::complex<double>>& values, std::int64_t height,
                       std::int64_t width);

}  // namespace ptychopatch::simulate
