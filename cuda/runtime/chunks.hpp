// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "cuda/runtime/device_call.hpp"

namespace ppatch {

// Rows [first, last) of a call.
struct Chunk {
  std::int64_t first = 0, last = 0;
  std::int64_t count() const { return last - first; }
};

// The rows of a call, as many at a time as the memory of their copies and the caller's own scratch
// have room for. Where arrays are the host's, a chunk is uploaded and the one before it downloaded
// while a third is worked on. Whatever a chunk's size, results are the same.
class Chunks {
 public:
  // unit: rows that are never parted.
  Chunks(DeviceCall& call, std::int64_t rows, std::int64_t unit = 1)
      : call_(call), rows_(rows), unit_(unit) {}
  ~Chunks();
  Chunks(const Chunks&) = delete;
  Chunks& operator=(const Chunks&) = delete;

 private:
  struct Copy {
    const char* name;
    StridedArray host;
    std::int64_t rows_a_slice;
    Access access;
    CallMemory::Piece* piece[CopyLanes::slots] = {};

    StridedArray slice(const Chunk& chunk) const {
      return host.slice(chunk.first / rows_a_slice, chunk.last / rows_a_slice);
    }
  };

 public:
  // An array of so many rows: its view of a chunk, which is true within run().
  template <class View>
  std::function<View(const Chunk&)> array(const ViewedArray<View>& array, Access access) {
    if (!array.is_on_host()) {
      return [array](const Chunk& chunk) { return array.at(chunk.first, chunk.last); };
    }
    call_.require_copies(array.name);
    copies_.push_back({array.name, array.bytes, array.rows_a_slice, access, {}});
    const Copy& copy = copies_.back();
    return [this, array, &copy](const Chunk& chunk) {
      return array.packed_at(copy.piece[slot_]->data(), chunk.first, chunk.last);
    };
  }

  // Whether an array of the call is on the host.
  bool has_copies() const { return !copies_.empty(); }

  // body(chunk) for one chunk after the other, of at most so many rows, at least for one; arrays
  // that are read have been uploaded, those that are written will be downloaded, all of them when
  // it returns. Tells of progress.
  template <class Body>
  void run(std::int64_t max_rows, Body&& body) {
    const std::int64_t size = begin(max_rows);
    call_.callbacks().progress(0.0);
    Chunk chunk;
    do {
      chunk = {chunk.last, std::min(rows_, chunk.last + size)};
      before(chunk);
      body(chunk);
      after(chunk);
      call_.callbacks().progress(
          rows_ > 0 ? static_cast<double>(chunk.last) / static_cast<double>(rows_) : 1.0);
    } while (chunk.last < rows_);
    end();
  }

 private:
  // Takes memory; rows of a chunk.
  std::int64_t begin(std::int64_t max_rows);
  // The chunk's arrays come to the slot, and its results from there.
  void before(const Chunk& chunk);
  void after(const Chunk& chunk);
  void download(const Chunk& chunk, int slot);
  void end();

  DeviceCall& call_;
  std::int64_t rows_, unit_;
  std::deque<Copy> copies_;
  CopyLanes* lanes_ = nullptr;  // where there are copies, until end()
  int slots_ = 1, slot_ = 0;
  Chunk last_;  // of the other slot, still to be downloaded
};

}  // namespace ppatch
