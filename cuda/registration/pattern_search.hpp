// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/scene_decimate.hpp"
#include "cuda/registration/kernels/scene_pattern.hpp"
#include "cuda/runtime/machine.hpp"

namespace ppatch {

// Looks for offsets of whole rows or columns in the sums over runs of an image's pixels.
class PatternSearch {
 public:
  PatternSearch(const SceneSettings& settings, const Machine& machine);

  static std::uint64_t bytes(const SceneSettings& settings);

  // Whether it is asked for, and there is enough of an image to tell.
  bool applies(std::int64_t height, std::int64_t width) const;
  // Where the sums of an image of that size go.
  SceneRuns runs(std::int64_t height, std::int64_t width) const;
  // Adds to state->flags what they tell.
  void find(std::int64_t height, std::int64_t width, SceneImageState* state,
            device::Stream stream) const;

 private:
  template <class Body>
  void run_each(const PatternAxes& axes, device::Stream stream) const;

  bool wanted_;
  int carrier_lines_;
  DeviceBuffer<float> memory_;
};

}  // namespace ppatch
