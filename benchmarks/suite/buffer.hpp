// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ptychopatch/ptychopatch.h"
#include "suite/gpu.hpp"

namespace ptychopatch::bench {

// Memory in huge pages where the system has them, as NumPy takes it for large arrays; or a card's.
class Buffer {
 public:
  Buffer() = default;
  // misaligned: how far behind a page's begin.
  explicit Buffer(std::int64_t bytes, std::int64_t misaligned = 0, const Gpu* gpu = nullptr);
  ~Buffer();
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;

  std::byte* data() const { return data_; }
  std::int64_t bytes() const { return bytes_; }
  const Gpu* gpu() const { return gpu_; }
  // The array that begins where the memory does.
  ppatch_array view(ppatch_dtype dtype, const std::vector<std::int64_t>& shape) const;

  // Every real number becomes a random one in [-1, 1).
  void fill_random(ppatch_dtype dtype, std::uint64_t seed);
  // Every real number becomes a NaN.
  void poison();
  // What stands in host memory; at most bytes().
  void fill_from(const void* from, std::int64_t bytes);
  // All of it, in host memory.
  std::vector<std::byte> downloaded() const;
  // False where a sample of the real numbers holds a NaN or an infinity.
  bool looks_finite(ppatch_dtype dtype) const;

 private:
  std::byte* data_ = nullptr;
  std::int64_t bytes_ = 0;
  std::int64_t misaligned_ = 0;
  const Gpu* gpu_ = nullptr;
};

// Memory that a card reads and writes itself; ordinary memory where there is none.
class PinnedBuffer {
 public:
  PinnedBuffer(std::int64_t bytes, const Gpu* gpu);
  ~PinnedBuffer();
  PinnedBuffer(const PinnedBuffer&) = delete;
  PinnedBuffer& operator=(const PinnedBuffer&) = delete;

  std::byte* data() const { return pinned_ ? pinned_ : ordinary_.data(); }

 private:
  const Gpu* gpu_;
  std::byte* pinned_ = nullptr;
  Buffer ordinary_;
};

// What this machine can still hand out without swapping.
std::int64_t available_memory();

}  // namespace ptychopatch::bench
