// SPDX-License-Identifier: Apache-2.0
#include "cuda/groups/point_index.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include "core/groups/group_jobs.hpp"
#include "cuda/runtime/run.hpp"

namespace ppatch {
namespace {

std::int64_t leaves_of(std::int64_t count) {
  const std::int64_t leaves = std::max<std::int64_t>(1, blocks_over(count, PointTree::leaf_points));
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(leaves)));
}

// Of the capacity and for what fills the last leaf.
std::int64_t places_of(std::int64_t capacity) {
  return blocks_over(capacity, PointTree::leaf_points) * PointTree::leaf_points;
}

std::int64_t nodes_of(std::int64_t count) { return 2 * leaves_of(count); }

std::int64_t stretches_of(std::int64_t count) { return blocks_over(count, PointExtremes::stretch); }

// Point i of points on the device.
Point read_point(PointView view, Axes axes, std::int64_t i, device::Stream stream) {
  const std::int64_t size = view.dtype == DType::f32 ? 4 : 8;
  alignas(8) unsigned char values[16];
  const auto* const first =
      static_cast<const unsigned char*>(view.data) + i * view.stride_point * size;
  for (int axis = 0; axis < 2; ++axis) {
    device::copy_to_host(values + axis * size, first + axis * view.stride_axis * size,
                         static_cast<std::uint64_t>(size), stream);
  }
  device::synchronize(stream);
  view.data = values;
  view.stride_axis = 1;
  return PointSource(view, axes)[0];
}

}  // namespace

PointIndex::PointIndex(const Machine& machine, std::int64_t capacity)
    : points_(machine.allocator, places_of(capacity)),
      numbers_(machine.allocator, capacity),
      numbers_sorted_(machine.allocator, capacity),
      stretches_(machine.allocator, stretches_of(capacity)),
      nodes_(machine.allocator, nodes_of(capacity)),
      sort_scratch_(machine.allocator,
                    static_cast<std::int64_t>(device::sort_scratch_bytes(capacity))) {}

std::uint64_t PointIndex::bytes_of(std::int64_t capacity) {
  return DeviceBuffer<PlacedPoint>::bytes_of(places_of(capacity)) +
         2 * DeviceBuffer<std::uint32_t>::bytes_of(capacity) +
         DeviceBuffer<PointNode>::bytes_of(nodes_of(capacity)) +
         DeviceBuffer<PointBox>::bytes_of(stretches_of(capacity)) +
         device::sort_scratch_bytes(capacity);
}

void PointIndex::check(const PointSource& points) {
  for (std::int64_t i = 0; i < points.count(); ++i) {
    const Point p = points[i];
    if (!PointBox::is_sound(p)) refuse_point(i, p);
  }
}

PointBox PointIndex::extremes(const PointSource& points, device::Stream stream) {
  const PointExtremes kernel{points, stretches_.data()};
  std::vector<PointBox> parts(static_cast<std::size_t>(kernel.blocks()));
  PointBox all;
  if (parts.empty()) return all;
  run(kernel, stream);
  device::copy_to_host(parts.data(), kernel.boxes, parts.size() * sizeof(PointBox), stream);
  device::synchronize(stream);
  for (const PointBox& part : parts) all.add(part);
  return all;
}

void PointIndex::build(const PointView& view, Axes axes, device::Stream stream) {
  const PointSource points(view, axes);
  const std::int64_t n = points.count();
  const PointBox span = extremes(points, stream);
  if (span.min_number != UINT32_MAX) {
    refuse_point(span.min_number, read_point(view, axes, span.min_number, stream));
  }
  tree_ = {};
  if (n == 0) return;
  const double extent = std::max(span.high[0] - span.low[0], span.high[1] - span.low[1]);
  static_assert(sizeof(PlacedPoint) == 2 * sizeof(std::uint64_t));
  auto* const unsorted = reinterpret_cast<std::uint64_t*>(points_.data());
  auto* const sorted = unsorted + points_.size();
  PointKeys keys{points, {span.low[0], span.low[1]}, 0.0, unsorted, numbers_.data()};
  constexpr double cells = 2147483648.0;  // 2^31
  // A scale that is infinite, of points that all but coincide, would make no number of 0.
  constexpr double min_extent = 1e-280;
  keys.scale = cells / std::max(extent, min_extent);
  run_each(keys, n, stream);
  device::sort({unsorted, sorted, numbers_.data(), numbers_sorted_.data()}, n, 2 * PointKeys::bits,
               sort_scratch_.data(), static_cast<std::uint64_t>(sort_scratch_.size()), stream);
  const std::int64_t leaves = leaves_of(n);
  run_each(PointLeaves{points, leaves, numbers_sorted_.data(), points_.data(), numbers_.data(),
                       nodes_.data()},
           leaves, stream);
  for (std::int64_t first = leaves / 2; first > 0; first /= 2) {
    run_each(PointNodes{first, nodes_.data()}, first, stream);
  }
  tree_ = {static_cast<std::uint32_t>(leaves), points_.data(), numbers_sorted_.data(),
           numbers_.data(), nodes_.data()};
}

}  // namespace ppatch
