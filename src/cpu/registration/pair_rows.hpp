// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "core/backend.hpp"
#include "cpu/registration/pair_loops.hpp"

namespace ppatch {

// Scratch of a thread: PairRows::spare() numbers each.
struct PairSpare {
  float* singles = nullptr;
  double* doubles = nullptr;
};

// One image of a pair, read row by row: `count` channels of height x width values.
template <class V>
class PairRows {
 public:
  virtual ~PairRows() = default;

  // The values of row y, a channel behind the other.
  virtual void read(std::int64_t y, V* values, const PairSpare& spare) const = 0;
  virtual std::int64_t spare() const { return 0; }

  std::int64_t count = 1, height = 0, width = 0;
};

// A raw image: the means by colour of its blocks, or its normalised pixels, rounded to single
// precision.
class RawPairRows : public PairRows<float> {
 public:
  // The sum of a row of normalised pixels, of those that belong to no block, too.
  virtual double sum_pixels(std::int64_t y, const PairSpare& spare) const = 0;
  std::int64_t spare() const override { return block * pixel_width; }

  int block = 1;
  std::int64_t pixel_height = 0, pixel_width = 0;
};

template <class V>
std::unique_ptr<PairRows<V>> rows_of(const ImageView& image);
std::unique_ptr<RawPairRows> rows_of(const SceneImageView& image, const CfaPattern& cfa, int block,
                                     const PairLoops& loops);

}  // namespace ppatch
