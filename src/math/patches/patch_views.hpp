// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/views.hpp"

namespace ppatch {

// images x count patches or waves of modes x height x width. Position k = b * group_size + j is
// found by its group and its place in the group, so every layout is only a set of strides.
struct PatchView {
  void* data = nullptr;
  DType dtype = DType::f32;
  std::int64_t images = 0, count = 0, group_size = 1, modes = 1, height = 0, width = 0;
  std::int64_t stride_image = 0, stride_group = 0, stride_member = 0, stride_mode = 0;
  std::int64_t stride_y = 0, stride_x = 0;

  template <class T>
  PPATCH_HD T* at(std::int64_t image, std::int64_t k, std::int64_t mode) const {
    return static_cast<T*>(data) + image * stride_image + (k / group_size) * stride_group +
           (k % group_size) * stride_member + mode * stride_mode;
  }
};

// Modes of a probe; stride_position is 0 for one that all positions share. No data: no probe.
struct ProbeView {
  void* data = nullptr;
  std::int64_t modes = 0;
  bool shared = true;
  std::int64_t stride_position = 0, stride_mode = 0, stride_y = 0, stride_x = 0;

  template <class T>
  PPATCH_HD T* at(std::int64_t k, std::int64_t mode) const {
    return static_cast<T*>(data) + k * stride_position + mode * stride_mode;
  }
};

// (images, count, 2) results of a position, in the plan's axes.
struct PositionResultView {
  void* data = nullptr;
  std::int64_t stride_image = 0, stride_position = 0, stride_axis = 0;

  template <class T>
  PPATCH_HD T* at(std::int64_t image, std::int64_t k, int axis) const {
    return static_cast<T*>(data) + image * stride_image + k * stride_position + axis * stride_axis;
  }
};

}  // namespace ppatch
