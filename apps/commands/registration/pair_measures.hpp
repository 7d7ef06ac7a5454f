// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "formats/bytes.hpp"
#include "mosaics/raw_image.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::alignment {

// A part of a mosaic as the library takes it. The mosaic must outlive it.
ppatch_array pixels_of(const mosaics::RawImage& raw);
ppatch_array cropped(ppatch_array image, std::int64_t y, std::int64_t x, std::int64_t height,
                     std::int64_t width);
ppatch_cfa cfa_of(const mosaics::Cfa& cfa);

// With the levels of the mosaic, clipped from where it is overexposed.
ppatch_scene_image scene_image(const mosaics::RawImage& raw, const ppatch_array& pixels);

// What RawNIND's tools measure of a pair that is aligned on the lattice of its colours, on the area
// that both have. NaN where it cannot be measured: levels are not known, or there are no colours.
struct PairMeasures {
  ppatch_common_area common{};
  double raw_gain = NAN;
  double rgb_gain = NAN;
  double loss = NAN;
  double mask_mean = NAN;
  // (mask_height, mask_width): 1 where the pair agrees; of blocks of pixels that hold every colour.
  formats::Bytes mask;
  std::int64_t mask_height = 0, mask_width = 0;
};

PairMeasures measure_pair(const Context& context, const mosaics::RawImage& reference,
                          const mosaics::RawImage& image, const std::int64_t (&lattice_shift)[2]);

}  // namespace ptychopatch::alignment
