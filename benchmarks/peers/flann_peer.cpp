// SPDX-License-Identifier: Apache-2.0
//
// FLANN's exact kd-tree behind three C functions, for groups.py.
#include <cstdint>
#include <flann/flann.hpp>
#include <memory>
#include <vector>

namespace {

struct Tree {
  flann::Matrix<double> points;
  std::unique_ptr<flann::Index<flann::L2_Simple<double>>> index;
};

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void* flann_peer_build(const double* points, int64_t n) {
  auto* tree = new Tree;
  tree->points = flann::Matrix<double>(const_cast<double*>(points), static_cast<std::size_t>(n), 2);
  tree->index = std::make_unique<flann::Index<flann::L2_Simple<double>>>(
      tree->points, flann::KDTreeSingleIndexParams(10));
  tree->index->buildIndex();
  return tree;
}

// The k nearest of `count` queries, which are points of the tree and so among their own.
__attribute__((visibility("default"))) void flann_peer_search(void* handle, const double* queries,
                                                              int64_t count, int64_t k, int threads,
                                                              std::size_t* indices,
                                                              double* squares) {
  auto* tree = static_cast<Tree*>(handle);
  const auto rows = static_cast<std::size_t>(count);
  const auto columns = static_cast<std::size_t>(k);
  const flann::Matrix<double> from(const_cast<double*>(queries), rows, 2);
  flann::Matrix<std::size_t> to(indices, rows, columns);
  flann::Matrix<double> distances(squares, rows, columns);
  flann::SearchParams exact(flann::FLANN_CHECKS_UNLIMITED);
  exact.cores = threads;
  tree->index->knnSearch(from, to, distances, columns, exact);
}

__attribute__((visibility("default"))) void flann_peer_free(void* handle) {
  delete static_cast<Tree*>(handle);
}

}  // extern "C"
