// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>

#include "cuda/runtime/copy_lanes.hpp"
#include "cuda/runtime/machine.hpp"
#include "cuda/runtime/staging.hpp"

namespace ppatch {

// Device memory of a plan's calls, for copies of host arrays and for scratch, and the buffers and
// streams that the copies go through. It grows as calls need it, and stays.
class CallMemory {
 public:
  // piece_bytes: of two pinned buffers together. budget: bytes that all else may take together.
  CallMemory(const Machine& machine, std::uint64_t piece_bytes, std::uint64_t budget)
      : uploads(piece_bytes / 2), downloads(piece_bytes / 2), machine_(machine), budget_(budget) {}

  Staging uploads, downloads;

  struct Piece {
    DeviceBuffer<unsigned char> memory;
    std::uint64_t taken = 0;  // bytes that the call uses
    bool in_graph = false;    // of the caller's, who replays it: it stays
    void* data() const { return memory.data(); }
  };
  // Begins a call: no piece is taken.
  void begin();
  // Bytes that the call may still take.
  std::uint64_t left() const;
  // Memory for one of the call's arrays; it may be given back before the call ends, to be used in
  // the same stream. Throws OUT_OF_MEMORY, naming the array, where the budget is too small.
  Piece& take(const char* name, std::uint64_t bytes, device::Stream stream);
  static void give_back(Piece& piece) { piece.taken = 0; }
  std::uint64_t bytes() const;
  CopyLanes& lanes() {
    if (!lanes_) lanes_ = std::make_unique<CopyLanes>();
    return *lanes_;
  }

 private:
  const Machine& machine_;
  std::uint64_t budget_;
  std::list<Piece> pieces_;
  std::unique_ptr<CopyLanes> lanes_;  // goes before the memory that it uses
};

}  // namespace ppatch
