// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/groups/kernels/point_tree.hpp"

namespace ppatch {

// What searches that run at the same time have found: entry j of search n lies `searches` entries
// after entry j - 1.
struct FoundNeighbours {
  double* squared_distance = nullptr;
  std::uint32_t* number = nullptr;
  std::int64_t searches = 0;

  PPATCH_HD Neighbour at(std::int64_t n, std::int64_t j) const {
    return {squared_distance[j * searches + n], number[j * searches + n]};
  }
  PPATCH_HD void set(std::int64_t n, std::int64_t j, const Neighbour& neighbour) const {
    squared_distance[j * searches + n] = neighbour.squared_distance;
    number[j * searches + n] = neighbour.index;
  }
};

// The k nearest neighbours of a point, by distance and number.
struct NeighbourQuery {
  PointSource points;
  PointTree tree;
  std::int64_t k = 0;
  FoundNeighbours found;

  // Of point `query`, as search n. k is below the number of points. From the point's own leaf
  // upwards: what is near is mostly found there, and keeps most boxes from being opened.
  PPATCH_HD void find(std::int64_t n, std::int64_t query) const {
    Found list{found, n, k, 0, {}};
    const Point from = points[query];
    const std::int64_t leaf = tree.place[query] / PointTree::leaf_points;
    look_at(leaf, query, from, list);
    PPATCH_ROLLED
    for (std::int64_t node = tree.leaves + leaf; node > 1; node /= 2) {
      look_below(node ^ 1, query, from, list);
    }
  }

 private:
  // The nearest neighbours so far, in order.
  struct Found {
    FoundNeighbours to;
    std::int64_t search, k, count;
    Neighbour last;

    PPATCH_HD bool wants(const Neighbour& one) const { return count < k || one < last; }
    PPATCH_HD void take(const Neighbour& one) {
      std::int64_t j = count < k ? count++ : k - 1;
      for (; j > 0; --j) {
        const Neighbour before = to.at(search, j - 1);
        if (!(one < before)) break;
        to.set(search, j, before);
      }
      to.set(search, j, one);
      if (count == k) last = to.at(search, k - 1);
    }
  };

  // No point of the box comes before it.
  PPATCH_HD static Neighbour first_of(const PointBox& box, const Point& from) {
    if (box.empty()) return {INFINITY, UINT32_MAX};
    return {box.squared_distance(from), box.min_number};
  }

  // At all points under a node that may be wanted, the nearer child first.
  PPATCH_HD void look_below(std::int64_t top, std::int64_t query, const Point& from,
                            Found& list) const {
    constexpr int deepest = 40;  // one node of each depth waits
    std::int64_t waiting[deepest];
    int count = 0;
    waiting[count++] = top;
    while (count > 0) {
      const std::int64_t node = waiting[--count];
      if (!list.wants(first_of(tree.box[node], from))) continue;
      if (node >= tree.leaves) {
        look_at(node - tree.leaves, query, from, list);
        continue;
      }
      const Neighbour left = first_of(tree.box[2 * node], from);
      const Neighbour right = first_of(tree.box[2 * node + 1], from);
      const bool left_first = left < right;
      waiting[count++] = 2 * node + (left_first ? 1 : 0);
      waiting[count++] = 2 * node + (left_first ? 0 : 1);
    }
  }

  PPATCH_HD void look_at(std::int64_t leaf, std::int64_t query, const Point& from,
                         Found& list) const {
    const std::int64_t first = leaf * PointTree::leaf_points;
    const std::int64_t end = first + PointTree::leaf_points;
    const std::int64_t last = end < tree.count ? end : tree.count;
    for (std::int64_t i = first; i < last; ++i) {
      if (tree.number[i] == query) continue;
      const double dx = tree.x[i] - from.x;
      const double dy = tree.y[i] - from.y;
      const Neighbour one{dx * dx + dy * dy, tree.number[i]};
      if (list.wants(one)) list.take(one);
    }
  }
};

}  // namespace ppatch
