// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <vector>

namespace oracle {

using Offset = std::array<double, 2>;  // x, y

// The mean of each group of `members` positions, and what each position is from it.
struct Offsets {
  std::vector<Offset> global;  // (B)
  std::vector<Offset> local;   // (B, c)
};
Offsets group_offsets(const std::vector<Offset>& positions, std::int64_t members);

// global + local_sign * local, rounded once to float32.
std::vector<Offset> combined_offsets(const Offsets& offsets, int local_sign);

// PtychoPINN's function of the name, in its own three steps: pad the image (height, width) with n
// div 2 zeros on each side, translate it by minus the offset (bilinear, zeros enter), crop the top
// left n x n. Channel-last (B, n, n, c).
std::vector<std::complex<double>> get_image_patches(const std::vector<std::complex<float>>& image,
                                                    std::int64_t height, std::int64_t width,
                                                    const std::vector<Offset>& offsets,
                                                    std::int64_t members, std::int64_t n);

}  // namespace oracle
