// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/block.hpp"
#include "kernels/groups/point_box.hpp"

// Points in the plane for a device's searches. They are sorted by cells of a fine grid along
// Hilbert's curve, which never jumps, so that what follows on it has small boxes; those of one cell
// by number. They stand in leaves of eight. Over these lies a complete binary tree of boxes, which
// clusters and outliers do not make deeper.
namespace ppatch {

// The box of a stretch of points that are looked through, by each block.
struct PointExtremes {
  static constexpr int threads = 128;
  static constexpr std::int64_t stretch = 4096;
  struct Shared {
    double low[threads][2], high[threads][2];
    std::uint32_t min_number[threads];
  };
  using Private = Nothing;

  PointSource points;
  PointBox* boxes = nullptr;

  std::int64_t blocks() const { return blocks_over(points.count(), stretch); }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2; }
  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const std::int64_t first = at.block * stretch;
    const std::int64_t last = first + stretch < points.count() ? first + stretch : points.count();
    PointBox box;
    if (n == 0) {
      for (std::int64_t i = first + at.thread; i < last; i += threads) box.look_at(points[i], i);
      for (int axis = 0; axis < 2; ++axis) {
        shared.low[at.thread][axis] = box.low[axis];
        shared.high[at.thread][axis] = box.high[axis];
      }
      shared.min_number[at.thread] = box.min_number;
      return;
    }
    if (at.thread > 0) return;
    for (int thread = 0; thread < threads; ++thread) {
      PointBox part;
      for (int axis = 0; axis < 2; ++axis) {
        part.low[axis] = shared.low[thread][axis];
        part.high[axis] = shared.high[thread][axis];
      }
      part.min_number = shared.min_number[thread];
      box.add(part);
    }
    boxes[at.block] = box;
  }
};

// A point's cell along Hilbert's curve, and its number.
struct PointKeys {
  static constexpr int bits = 31;  // of an axis

  PointSource points;
  double low[2] = {0.0, 0.0};
  double scale = 0.0;  // cells a unit
  std::uint64_t* key = nullptr;
  std::uint32_t* number = nullptr;

  PPATCH_HD void operator()(std::int64_t i) const {
    const Point p = points[i];
    key[i] = along_curve(cell(p.x - low[0]), cell(p.y - low[1]));
    number[i] = static_cast<std::uint32_t>(i);
  }

 private:
  PPATCH_HD std::uint32_t cell(double from_low) const {
    constexpr double last = 2147483647.0;  // 2^31 - 1
    const double at = from_low * scale;
    return static_cast<std::uint32_t>(at < last ? at : last);
  }
  // The quarters of a square follow each other around it; the curve of the first and of the last is
  // turned, so that each begins beside where the one before ends.
  PPATCH_HD static std::uint64_t along_curve(std::uint32_t x, std::uint32_t y) {
    std::uint64_t place = 0;
    PPATCH_ROLLED
    for (int bit = bits - 1; bit >= 0; --bit) {
      const std::uint32_t right = x >> bit & 1U;
      const std::uint32_t up = y >> bit & 1U;
      place = place << 2 | ((3 * right) ^ up);
      if (up) continue;
      const std::uint32_t turned = right ? ~x : x;
      x = right ? ~y : y;
      y = turned;
    }
    return place;
  }
};

// A point's copy; NaN where a leaf has none. Read at once.
struct alignas(2 * sizeof(double)) PlacedPoint {
  double x, y;
};

// Node 1 is the root, the children of node i are 2 i and 2 i + 1, leaf j is node `leaves` + j.
struct alignas(16) PointNode {
  PointBox box;
  std::uint32_t number = 0;  // i
  std::int64_t skip = 0;     // bytes to the node after all that are below this one

  // Left children come first; after the last nodes comes the root.
  PPATCH_HD void set_number(std::uint32_t i) {
    number = i;
    std::uint32_t next = i + 1;
    while (next % 2 == 0) next /= 2;
    skip = (std::int64_t{next} - i) * static_cast<std::int64_t>(sizeof(PointNode));
  }
  PPATCH_HD const PointNode* after() const {
    return reinterpret_cast<const PointNode*>(reinterpret_cast<const char*>(this) + skip);
  }
};

struct PointTree {
  static constexpr int leaf_points = 8;

  std::uint32_t leaves = 1;            // a power of two
  const PlacedPoint* point = nullptr;  // by place in the leaves
  const std::uint32_t* number = nullptr;
  const std::uint32_t* place = nullptr;  // by number
  const PointNode* node = nullptr;
};

// Takes the points of leaf j to their places, and makes its node.
struct PointLeaves {
  PointSource points;
  std::int64_t leaves = 1;
  const std::uint32_t* number = nullptr;
  PlacedPoint* point = nullptr;
  std::uint32_t* place = nullptr;
  PointNode* node = nullptr;

  PPATCH_HD void operator()(std::int64_t j) const {
    const std::int64_t first = j * PointTree::leaf_points;
    const std::int64_t end = first + PointTree::leaf_points;
    const std::int64_t last = end < points.count() ? end : points.count();
    for (std::int64_t i = last; first < last && i < end; ++i) point[i] = {NAN, NAN};
    PointNode own;
    for (std::int64_t i = first; i < last; ++i) {
      const Point p = points[number[i]];
      point[i] = {p.x, p.y};
      place[number[i]] = static_cast<std::uint32_t>(i);
      own.box.add(p);
      own.box.min_number = number[i] < own.box.min_number ? number[i] : own.box.min_number;
    }
    own.set_number(static_cast<std::uint32_t>(leaves + j));
    node[leaves + j] = own;
  }
};

// Node first + i takes its children's points.
struct PointNodes {
  std::int64_t first = 1;
  PointNode* node = nullptr;

  PPATCH_HD void operator()(std::int64_t i) const {
    PointNode own;
    own.box = node[2 * (first + i)].box;
    own.box.add(node[2 * (first + i) + 1].box);
    own.set_number(static_cast<std::uint32_t>(first + i));
    node[first + i] = own;
  }
};

}  // namespace ppatch
