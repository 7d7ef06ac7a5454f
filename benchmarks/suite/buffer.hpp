// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BENCHMARKS_SUITE_BUFFER_HPP_
#define PTYCHOPATCH_BENCHMARKS_SUITE_BUFFER_HPP_

#include <cstddef>
#include <cstdint>

#include "ptychopatch/ptychopatch.h"

namespace ptychopatch::bench {

// Memory in huge pages where the system has them, as NumPy takes it for large arrays.
class Buffer {
 public:
  Buffer() = default;
  // misaligned: how far behind a page's begin.
  explicit Buffer(std::int64_t bytes, std::int64_t misaligned = 0);
  ~Buffer();
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;

  std::byte* data() const { return data_; }
  std::int64_t bytes() const { return bytes_; }

  // Every real number becomes a random one in [-1, 1).
  void fill_random(ppatch_dtype dtype, std::uint64_t seed);
  // Every real number becomes a NaN.
  void poison();
  // False where a sample of the real numbers holds a NaN or an infinity.
  bool looks_finite(ppatch_dtype dtype) const;

 private:
  std::byte* data_ = nullptr;
  std::int64_t bytes_ = 0;
  std::int64_t misaligned_ = 0;
};

// What this machine can still hand out without swapping.
std::int64_t available_memory();

}  // namespace ptychopatch::bench

#endif  // PTYCHOPATCH_BENCHMARKS_SUITE_BUFFER_HPP_
