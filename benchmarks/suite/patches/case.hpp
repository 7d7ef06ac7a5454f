// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ptychopatch/ptychopatch.h"

namespace ptychopatch::bench {

enum class Operation {
  extract,
  adjoint,
  adjoint_coverage,
  position_gradient,
  probe_extract,
  probe_adjoint_image,
  probe_adjoint_probe,
  set_positions,
  create_plan,
  moved_adjoint,  // positions set anew before each
  atomic_adjoint  // a kernel to compare with, on a card
};

enum class Order {
  raster,  // rows of a scan, moved a little, inside the image
  random,  // the same positions shuffled
  edges    // anywhere, also over the image's edges
};

// One thing to measure, the same on every backend.
struct Case {
  std::string set;  // what it is compared with: main, types, patches, ...
  Operation operation = Operation::extract;
  std::int64_t patches = 0;
  std::int64_t size = 0;   // of a patch along each axis
  std::int64_t modes = 1;  // of the probe
  ppatch_dtype dtype = PPATCH_C64;
  ppatch_interpolation interpolation = PPATCH_INTERPOLATION_BILINEAR;
  ppatch_boundary boundary = PPATCH_BOUNDARY_ZERO;
  Order order = Order::raster;
  int threads = 1;
  std::uint64_t memory_budget = 0;  // 0: the library's default
  double overlap = 16;              // patches over a pixel
  std::int64_t misaligned = 0;      // bytes from a cache line's begin to the patches'
  std::int64_t channels = 0;        // above 0: channel-last groups of so many patches
  bool on_host = false;             // where a card works: arrays of the host
  bool replayed = false;            // on a card: a graph of the call

  // Of the square image, which follows from the overlap: patches overlap equally whatever their
  // number and size, so that the share of the image in the work is the same everywhere.
  std::int64_t image_side() const;
  bool has_probe() const;
  // Bytes of the largest array, that of the patches or waves (of set_positions: of the positions).
  std::int64_t bytes() const;
  // Whether patches and image have no part in it.
  bool has_no_pixels() const;
  // Bytes that are read or written at least: what a card's limit moves, too.
  std::int64_t moved_bytes() const;
  // Bytes of all arrays together.
  std::int64_t total_bytes() const;
  std::string name() const;
};

std::int64_t real_size(ppatch_dtype dtype);
ppatch_dtype real_type(ppatch_dtype dtype);

std::string name(Operation operation);
std::string name(Order order);
std::string dtype_name(ppatch_dtype dtype);

}  // namespace ptychopatch::bench
