// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/tile_entries.hpp"
#include "cuda/runtime/device_memory.hpp"

namespace ppatch {

// For each tile of the images, the patches that may touch it, in their order: entries sorted on the
// device.
class TileLists {
 public:
  // Room for so many entries.
  TileLists(const DeviceAllocator& allocator, std::int64_t capacity);
  static std::uint64_t bytes_of(std::int64_t capacity);

  // Entries that a patch of these settings makes at most.
  static std::int64_t entries_a_patch(const PatchProblem& problem, const TilePlane& plane);
  std::int64_t capacity() const { return keys_.size(); }

  // The lists of all patches of the problem, which begin with patch `first` of the plan; nothing is
  // done where they are there already.
  void build(const PatchProblem& problem, std::int64_t first, const TilePlane& plane,
             device::Stream stream);
  void invalidate() { count_ = -1; }
  // Whether they are of all of so many patches.
  bool hold_all(std::int64_t count) const { return first_ == 0 && count_ == count; }
  const TilePlane& plane() const { return plane_; }

  const std::uint32_t* patches() const { return patches_sorted_.data(); }
  const std::uint32_t* begins() const { return begins_.data(); }

 private:
  const DeviceAllocator& allocator_;
  DeviceBuffer<std::uint64_t> keys_, keys_sorted_;
  DeviceBuffer<std::uint32_t> patches_, patches_sorted_, begins_;
  DeviceBuffer<unsigned char> sort_scratch_;
  // What the lists are of.
  TilePlane plane_;
  std::int64_t first_ = 0, count_ = -1;
};

}  // namespace ppatch
