// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/call_arrays.hpp"
#include "core/patches/patch_positions.hpp"

namespace ppatch {

// Reads the caller's arrays of one patch call into views: names, dtypes and shapes are checked
// against the plan and against the image.
class PatchArrays : public CallArrays {
 public:
  PatchArrays(const Reach& reach, const PatchPositions& positions, const PatchSettings& settings,
              Layout layout)
      : CallArrays(reach), positions_(positions), settings_(settings), layout_(layout) {}

  // The image comes first: it fixes the dtype and the batch.
  ImageView image(const ppatch_array* array);
  PatchView patches(const char* name, const ppatch_array* array);
  ProbeView probe(const ppatch_array* array);
  // Waves of the probe's modes; the probe comes before them.
  PatchView waves(const char* name, const ppatch_array* array);
  // Real and shaped as the image; null is allowed and gives a view without data.
  ImageView coverage(const ppatch_array* array);
  // (K, columns) or (M, K, columns) of the image's real type.
  PositionResultView position_result(const char* name, const ppatch_array* array,
                                     std::int64_t columns = 2);

 private:
  std::vector<std::int64_t> shape_with_batch(std::vector<std::int64_t> shape) const;
  PatchView patch_view(const CheckedArray& array, std::optional<std::int64_t> modes) const;

  const PatchPositions& positions_;
  const PatchSettings& settings_;
  Layout layout_;
  DType dtype_ = DType::f32;
  std::int64_t images_ = 1;  // M, the batch of every position
  bool batch_axis_ = false;  // whether results have M as their first axis
  ImageView image_;
  std::optional<std::int64_t> modes_;  // none: waves have no such axis
};

}  // namespace ppatch
