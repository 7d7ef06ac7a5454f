// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/registration/conditioned_image.hpp"

namespace ppatch {

// Reads conditioned rows one after another in one thread's memory.
class RowReader {
 public:
  RowReader(const ConditionedImage& image, const CfaNeighbours& neighbours, const SceneLoops& loops,
            float* memory)
      : image_(image), loops_(loops), memory_(memory), reach_(neighbours.reach) {}

  // Memory for rows of that width.
  static std::int64_t floats(std::int64_t width, int reach);

  void read(std::int64_t y, float* out);

 private:
  float* ring_row(std::int64_t y);

  const ConditionedImage& image_;
  const SceneLoops& loops_;
  float* memory_;
  int reach_;
  std::int64_t first_ = 0, last_ = 0;  // rows [first_, last_) are in the ring
};

}  // namespace ppatch
