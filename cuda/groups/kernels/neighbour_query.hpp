// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cfloat>
#include <cmath>

#include "cuda/groups/kernels/point_tree.hpp"

namespace ppatch {

// What a search has found: neighbour j is entry j + 1, which lies `apart` entries after the one
// before. Entry 0 is nearer than any point. Searches side by side have entries side by side.
struct FoundNeighbours {
  Neighbour* entry = nullptr;
  std::int64_t apart = 0;

  static constexpr std::int64_t entries_of(std::int64_t k) { return k + 1; }
  PPATCH_HD FoundNeighbours of(std::int64_t search) const { return {entry + search, apart}; }
  PPATCH_HD const Neighbour& operator[](std::int64_t j) const { return entry[(j + 1) * apart]; }
};

// The k nearest neighbours of a point, by distance and number.
struct NeighbourQuery {
  PointSource points;
  PointTree tree;
  std::int64_t k = 0;

  // Of point `query`. k is below the number of points. From the point's own leaf upwards: what is
  // near is mostly found there, and keeps most boxes from being opened.
  PPATCH_HD void find(std::int64_t query, const FoundNeighbours& found) const {
    *found.entry = {-1.0, 0};
    Found list{found.entry + found.apart,
               found.entry + k * found.apart,
               found.apart,
               {DBL_MAX, UINT32_MAX}};
    const Point from = points[query];
    const auto own = static_cast<std::uint32_t>(query);
    std::uint32_t above = tree.leaves + tree.place[query] / PointTree::leaf_points;
    std::uint32_t top = above;
    PPATCH_ROLLED
    while (true) {
      look_below(top, own, from, list);
      if (above <= 1) return;
      top = above ^ 1;
      above /= 2;
    }
  }

 private:
  // The nearest neighbours so far, in order: where the next stands or, where there are k, the last;
  // where the last of k stands; and that one or, before, what lies beyond all points.
  struct Found {
    Neighbour* next;
    Neighbour* end;
    std::int64_t apart;
    Neighbour last;
  };

  // One that comes before the last.
  PPATCH_HD static void take(const Neighbour& one, Found& list) {
    Neighbour* to = list.next;
    PPATCH_ROLLED
    while (true) {
      Neighbour* const from = to - list.apart;
      const double distance = from->squared_distance;
      if (distance <= one.squared_distance &&
          (distance < one.squared_distance || from->index < one.index)) {
        break;
      }
      *to = {distance, from->index};
      to = from;
    }
    *to = one;
    if (list.next == list.end) {
      list.last = *list.end;
    } else {
      list.next += list.apart;
    }
  }

  // At all points under a node that may be wanted. No point of a box is nearer than the box,
  // roundings included: each of them grows with what is rounded.
  PPATCH_HD void look_below(std::uint32_t top, std::uint32_t query, const Point& from,
                            Found& list) const {
    const PointNode* node = tree.node + top;
    const PointNode* const end = node->after();
    PPATCH_ROLLED
    do {
      const double dx = from.x - fmin(fmax(from.x, node->box.low[0]), node->box.high[0]);
      const double dy = from.y - fmin(fmax(from.y, node->box.low[1]), node->box.high[1]);
      const double distance = dx * dx + dy * dy;
      if (distance <= list.last.squared_distance &&
          (distance < list.last.squared_distance || node->box.min_number < list.last.index)) {
        const std::uint32_t number = node->number;
        if (number < tree.leaves) {
          node += number;
          continue;
        }
        look_at(number - tree.leaves, query, from, list);
      }
      node = node->after();
    } while (node != end);
  }

  PPATCH_HD void look_at(std::uint32_t leaf, std::uint32_t query, const Point& from,
                         Found& list) const {
    const std::int64_t first = std::int64_t{leaf} * PointTree::leaf_points;
    const PlacedPoint* point = tree.point + first;
    const std::uint32_t* number = tree.number + first;
    PPATCH_UNROLLED
    for (int i = 0; i < PointTree::leaf_points; ++i) {
      const PlacedPoint at = point[i];
      const double dx = at.x - from.x;
      const double dy = at.y - from.y;
      const double distance = dx * dx + dy * dy;
      if (!(distance <= list.last.squared_distance)) continue;
      const std::uint32_t its_number = number[i];
      if (its_number == query) continue;
      if (distance == list.last.squared_distance && its_number >= list.last.index) continue;
      take({distance, its_number}, list);
    }
  }
};

}  // namespace ppatch
