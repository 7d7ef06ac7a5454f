// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "core/backend.hpp"

namespace ppatch {

// Rounded to single precision.
inline double single(double value) { return static_cast<double>(static_cast<float>(value)); }

// One image of a pair, read row by row: `count` channels of height x width values. A raw image's
// are the means by colour of its blocks, or its normalised pixels, rounded to single precision.
class PairRows {
 public:
  virtual ~PairRows() = default;

  // The values of row y, a channel behind the other. spare: of a raw image, its normalised pixels
  // are left there.
  virtual void read(std::int64_t y, double* values, double* spare) const = 0;
  // A raw image's row of pixels, for those that belong to no block, too.
  virtual void normalise(std::int64_t y, double* pixels) const = 0;

  std::int64_t spare() const { return block * pixel_width; }

  std::int64_t count = 1, height = 0, width = 0;
  int block = 1;
  std::int64_t pixel_height = 0, pixel_width = 0;  // of a raw image
};

std::unique_ptr<PairRows> rows_of(const ImageView& image);
std::unique_ptr<PairRows> rows_of(const SceneImageView& image, const CfaPattern& cfa, int block);

}  // namespace ppatch
