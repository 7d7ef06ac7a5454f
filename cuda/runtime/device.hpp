// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

// What the backend asks of a device: all that names CUDA stands behind these functions (device.cu,
// sort.cu, kernels_*.cu), so that the engines above them are plain C++. The tests link them to a
// second implementation that runs on the host (tests/cuda/host_device.cpp). Failures are thrown as
// Error with DEVICE or OUT_OF_MEMORY.
namespace ppatch::device {

using Stream = void*;  // a cudaStream_t
using Event = void*;   // a cudaEvent_t

// Devices, or 0 with the reason.
std::int32_t count(char* reason, std::int32_t reason_size);
std::string name(int ordinal);

// Makes a device the calling thread's own, and the one before that again in the end.
class Selection {
 public:
  explicit Selection(int ordinal);
  ~Selection();
  Selection(const Selection&) = delete;
  Selection& operator=(const Selection&) = delete;

 private:
  int before_ = 0;
};

int selected();

// What a profiler shows a stretch of the calling thread's time as.
class Range {
 public:
  explicit Range(const char* name);
  ~Range();
  Range(const Range&) = delete;
  Range& operator=(const Range&) = delete;
};

void* allocate(std::uint64_t bytes);
void release(void* memory) noexcept;
void* allocate_pinned(std::uint64_t bytes);
void release_pinned(void* memory) noexcept;
// Whether kernels of the selected device may use that address, or must have it copied. Throws
// INVALID_ARGUMENT, with the array's name, where it is another device's.
bool reaches(const char* name, const void* memory);

// Whether it is host memory that copies reach without the processor.
bool is_page_locked(const void* memory);

// A stream that waits for the default stream's work, and is waited for by it.
Stream make_stream();
void destroy_stream(Stream stream) noexcept;
// Whether what is enqueued there becomes part of a graph.
bool is_capturing(Stream stream);
void synchronize(Stream stream);
// Of the selected device, all streams.
void synchronize_all();

Event make_event();
void destroy_event(Event event) noexcept;
void record(Event event, Stream stream);
void wait(Event event);
// What is put into the stream from now on waits; the host does not.
void wait_in(Stream stream, Event event);

// In the stream's order. The host's side is pinned, or the call may wait.
void copy_to_device(void* to, const void* from, std::uint64_t bytes, Stream stream);
// Rows of which each begins so many bytes after the one before, to rows that lie side by side.
void copy_rows_to_device(void* to, const void* from, std::uint64_t from_step,
                         std::uint64_t row_bytes, std::uint64_t rows, Stream stream);
void copy_to_host(void* to, const void* from, std::uint64_t bytes, Stream stream);

// Runs a block kernel (runtime/block.hpp). Defined for the kernels of the families' lists alone.
template <class Kernel>
void launch(const Kernel& kernel, std::int64_t blocks, Stream stream);

// Sorts pairs by the lowest bits of their keys, stably. `sorted` and `values_sorted` are the
// result.
std::uint64_t sort_scratch_bytes(std::int64_t count);
struct SortArrays {
  std::uint64_t* keys = nullptr;
  std::uint64_t* keys_sorted = nullptr;
  std::uint32_t* values = nullptr;
  std::uint32_t* values_sorted = nullptr;
};
void sort(const SortArrays& arrays, std::int64_t count, int bits, void* scratch,
          std::uint64_t scratch_bytes, Stream stream);

}  // namespace ppatch::device
