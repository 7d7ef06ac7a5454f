// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// What the suite asks of a card beside the library: memory, a clock, bandwidth limits, and a kernel
// to compare with. All that names CUDA is in a module of its own (gpu_module.cu), so that the suite
// starts where there is none.
namespace ptychopatch::bench {

constexpr std::int32_t gpu_module_version = 2;

struct GpuFacts {
  char name[256];
  char versions[64];  // of driver and runtime
  std::int64_t l2_bytes, memory_bytes, free_bytes;
};

enum class GpuLimit : std::int32_t { memset, copy, read, host_to_device };

// Patches (K, N, N) c64 added to a square c64 image by bilinear weights, four atomic additions a
// pixel, of two floats where the card has those, as ptychography programs do it. Positions are (K,
// 2) f64, y first, all on the card; patches lie inside the image.
struct AtomicAdjoint {
  const void* patches;
  const double* positions;
  void* image;
  std::int64_t count, size, side;
};

// Functions that can fail leave a text for problem(), which forgets it.
struct GpuModule {
  std::int32_t version;
  void (*open)(std::int32_t ordinal);
  const char* (*problem)();  // NULL: none
  void (*facts)(GpuFacts* facts);
  void* (*allocate)(std::uint64_t bytes);
  void (*release)(void* memory);
  void* (*allocate_pinned)(std::uint64_t bytes);
  void (*release_pinned)(void* memory);
  void (*fill)(void* memory, int byte, std::uint64_t bytes);
  void (*copy)(void* to, const void* from, std::uint64_t bytes);  // either may be on the card
  void (*wait)();
  void* (*stream)();  // on which all that is timed has to run
  // Of `runs` calls, by events before and behind them.
  double (*seconds)(void (*run)(void* context), void* context, std::int32_t runs);
  // Enqueues it: memory is on the card; from: pinned, for host_to_device.
  void (*limit)(GpuLimit limit, void* memory, const void* from, std::uint64_t bytes);
  void (*atomic_adjoint)(const AtomicAdjoint* work);
  // A graph of what run(context) enqueues; NULL where that cannot be one. replay enqueues it.
  void* (*record)(void (*run)(void* context), void* context);
  void (*replay)(void* graph);
};

using GpuModuleFunction = const GpuModule* (*)();
inline constexpr const char* gpu_module_symbol = "ppatch_bench_gpu";

}  // namespace ptychopatch::bench
