// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/groups/point_views.hpp"

namespace ppatch {

struct Point {
  double x, y;
};

// The order of neighbours: by squared distance, then index.
struct Neighbour {
  double squared_distance;
  std::uint32_t index;

  PPATCH_HD bool operator<(const Neighbour& other) const {
    return squared_distance < other.squared_distance ||
           (squared_distance == other.squared_distance && index < other.index);
  }
};

// The caller's points, in double precision.
class PointSource {
 public:
  PointSource() = default;
  PointSource(const PointView& view, Axes axes)
      : view_(view), x_(axes == Axes::xy ? 0 : view.stride_axis), y_(view.stride_axis - x_) {}

  const PointView& view() const { return view_; }
  PPATCH_HD std::int64_t count() const { return view_.count; }
  PPATCH_HD Point operator[](std::int64_t i) const {
    const std::int64_t at = i * view_.stride_point;
    if (view_.dtype == DType::f32) {
      const auto* data = static_cast<const float*>(view_.data) + at;
      return {data[x_], data[y_]};
    }
    const auto* data = static_cast<const double*>(view_.data) + at;
    return {data[x_], data[y_]};
  }
  PPATCH_HD double squared_distance(const Point& from, std::int64_t i) const {
    const Point p = (*this)[i];
    const double dx = p.x - from.x;
    const double dy = p.y - from.y;
    return dx * dx + dy * dy;
  }
  void prefetch(std::int64_t i) const {
    const std::int64_t size = view_.dtype == DType::f32 ? 4 : 8;
    __builtin_prefetch(static_cast<const char*>(view_.data) + i * view_.stride_point * size);
  }

 private:
  PointView view_;
  std::int64_t x_ = 0, y_ = 0;
};

}  // namespace ppatch
