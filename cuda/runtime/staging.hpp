// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "cuda/runtime/device_memory.hpp"
#include "cuda/runtime/strided_array.hpp"

namespace ppatch {

// Copies host arrays to packed device memory and back, piece by piece through two pinned buffers:
// while one is on its way, the other is filled or emptied.
class Staging {
 public:
  // Takes its memory on first use.
  explicit Staging(std::uint64_t piece_bytes)
      : piece_bytes_(piece_bytes > max_element ? piece_bytes : max_element) {}

  // The host array may change once this has returned.
  void upload(const StridedArray& from, void* to, device::Stream stream);
  // The same, but rows in page-locked memory are read in the stream's order.
  void upload_in_order(const StridedArray& from, void* to, device::Stream stream);
  // Complete on return.
  void download(const void* from, const StridedArray& to, device::Stream stream);
  // The same, but an array that lies in page-locked memory without gaps is written in the stream's
  // order.
  void download_in_order(const void* from, const StridedArray& to, device::Stream stream);

 private:
  static constexpr std::uint64_t max_element = 16;
  struct Piece {
    explicit Piece(std::uint64_t bytes) : memory(bytes) {}
    PinnedBuffer memory;
    DeviceEvent done;
    bool under_way = false;
  };
  void prepare();
  std::int64_t elements_a_piece(const StridedArray& array) const;

  std::uint64_t piece_bytes_;
  std::unique_ptr<Piece> piece_[2];
};

}  // namespace ppatch
