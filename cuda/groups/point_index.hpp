// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/groups/kernels/point_tree.hpp"
#include "cuda/runtime/machine.hpp"

namespace ppatch {

// The tree that searches walk, over the points of one group plan.
class PointIndex {
 public:
  PointIndex(const Machine& machine, std::int64_t capacity);
  static std::uint64_t bytes_of(std::int64_t capacity);

  // Throws INVALID_ARGUMENT for a point that is none, of points that the host can read.
  static void check(const PointSource& points);
  // Throws INVALID_ARGUMENT, with the tree as it was, for a point that is none. The points stay
  // where they are as long as the tree is used.
  void build(const PointView& points, Axes axes, device::Stream stream);
  PointTree tree() const { return tree_; }

 private:
  PointBox extremes(const PointSource& points, device::Stream stream);

  DeviceBuffer<PlacedPoint> points_;  // before, their keys as they come and sorted
  DeviceBuffer<std::uint32_t> numbers_, numbers_sorted_;  // the former after the sort, places
  DeviceBuffer<PointBox> stretches_;
  DeviceBuffer<PointNode> nodes_;
  DeviceBuffer<unsigned char> sort_scratch_;
  PointTree tree_;
};

}  // namespace ppatch
