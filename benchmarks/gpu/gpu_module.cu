// SPDX-License-Identifier: Apache-2.0
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "gpu/gpu_module.hpp"

namespace ptychopatch::bench {
namespace {

constexpr int thread_count = 256;

struct Clock {
  cudaStream_t stream = nullptr;
  cudaEvent_t begin = nullptr, end = nullptr;
  int processors = 0;
};

Clock& the_clock() {
  static Clock clock;
  return clock;
}

std::string& the_problem() {
  static std::string text;
  return text;
}

bool good(cudaError_t code, const char* doing) {
  if (code == cudaSuccess) return true;
  the_problem() = std::string(doing) + ": " + cudaGetErrorString(code);
  return false;
}

const char* problem() {
  static std::string told;
  told = std::move(the_problem());
  the_problem().clear();
  return told.empty() ? nullptr : told.c_str();
}

void open(std::int32_t ordinal) {
  Clock& clock = the_clock();
  cudaDeviceProp properties{};
  if (!good(cudaSetDevice(ordinal), "choosing the card")) return;
  if (!good(cudaGetDeviceProperties(&properties, ordinal), "asking for the card")) return;
  clock.processors = properties.multiProcessorCount;
  good(cudaStreamCreate(&clock.stream), "making a stream");
  good(cudaEventCreate(&clock.begin), "making an event");
  good(cudaEventCreate(&clock.end), "making an event");
}

void facts(GpuFacts* facts) {
  *facts = {};
  int ordinal = 0, driver = 0, runtime = 0;
  cudaDeviceProp properties{};
  std::size_t free = 0, total = 0;
  if (!good(cudaGetDevice(&ordinal), "asking for the card") ||
      !good(cudaGetDeviceProperties(&properties, ordinal), "asking for the card") ||
      !good(cudaDriverGetVersion(&driver), "asking for the driver") ||
      !good(cudaRuntimeGetVersion(&runtime), "asking for the runtime") ||
      !good(cudaMemGetInfo(&free, &total), "asking for memory")) {
    return;
  }
  std::snprintf(facts->name, sizeof facts->name, "%s", properties.name);
  std::snprintf(facts->versions, sizeof facts->versions, "driver for CUDA %d.%d, runtime %d.%d",
                driver / 1000, driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10);
  facts->l2_bytes = properties.l2CacheSize;
  facts->memory_bytes = static_cast<std::int64_t>(total);
  facts->free_bytes = static_cast<std::int64_t>(free);
}

void* allocate(std::uint64_t bytes) {
  void* memory = nullptr;
  good(cudaMalloc(&memory, bytes), "taking memory");
  return memory;
}
void release(void* memory) { cudaFree(memory); }

void* allocate_pinned(std::uint64_t bytes) {
  void* memory = nullptr;
  good(cudaMallocHost(&memory, bytes), "taking pinned memory");
  return memory;
}
void release_pinned(void* memory) { cudaFreeHost(memory); }

void fill(void* memory, int byte, std::uint64_t bytes) {
  good(cudaMemset(memory, byte, bytes), "filling memory");
}

void copy(void* to, const void* from, std::uint64_t bytes) {
  good(cudaMemcpy(to, from, bytes, cudaMemcpyDefault), "copying");
}

void wait() { good(cudaStreamSynchronize(the_clock().stream), "waiting"); }

void* stream() { return the_clock().stream; }

double seconds(void (*run)(void* context), void* context, std::int32_t runs) {
  const Clock& clock = the_clock();
  float milliseconds = 0;
  if (!good(cudaStreamSynchronize(clock.stream), "waiting") ||
      !good(cudaEventRecord(clock.begin, clock.stream), "starting the clock")) {
    return 0;
  }
  for (std::int32_t i = 0; i < runs; ++i) run(context);
  if (!good(cudaEventRecord(clock.end, clock.stream), "stopping the clock") ||
      !good(cudaEventSynchronize(clock.end), "waiting") ||
      !good(cudaEventElapsedTime(&milliseconds, clock.begin, clock.end), "reading the clock")) {
    return 0;
  }
  return 1e-3 * milliseconds / runs;
}

// The sum is only written where it is what no sum is, so that nothing is left out.
__global__ void __launch_bounds__(thread_count)
    read_all(const float4* from, std::int64_t count, float* out) {
  float sum = 0;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * thread_count;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * thread_count + threadIdx.x;
       i < count; i += step) {
    const float4 four = __ldcs(from + i);
    sum += four.x + four.y + four.z + four.w;
  }
  if (sum == -1.2345e30F) *out = sum;
}

void limit(GpuLimit which, void* memory, const void* from, std::uint64_t bytes) {
  const Clock& clock = the_clock();
  char* const first = static_cast<char*>(memory);
  switch (which) {
    case GpuLimit::memset:
      good(cudaMemsetAsync(memory, 0x3f, bytes, clock.stream), "filling memory");
      break;
    case GpuLimit::copy:
      good(cudaMemcpyAsync(first, first + bytes / 2, bytes / 2, cudaMemcpyDeviceToDevice,
                           clock.stream),
           "copying");
      break;
    case GpuLimit::read: {
      const auto count = static_cast<std::int64_t>(bytes / sizeof(float4));
      const auto wanted = (count + thread_count - 1) / thread_count;
      const auto blocks = static_cast<unsigned>(
          std::clamp<std::int64_t>(wanted, 1, std::int64_t{32} * clock.processors));
      read_all<<<blocks, thread_count, 0, clock.stream>>>(static_cast<const float4*>(memory), count,
                                                          static_cast<float*>(memory));
      good(cudaGetLastError(), "reading memory");
      break;
    }
    case GpuLimit::host_to_device:
      good(cudaMemcpyAsync(memory, from, bytes, cudaMemcpyHostToDevice, clock.stream), "copying");
      break;
  }
}

__device__ void add(float2* pixel, float weight, float2 value) {
#if __CUDA_ARCH__ >= 900
  atomicAdd(pixel, make_float2(weight * value.x, weight * value.y));
#else
  atomicAdd(&pixel->x, weight * value.x);
  atomicAdd(&pixel->y, weight * value.y);
#endif
}

// A block adds one patch: its position is taken apart once.
__global__ void __launch_bounds__(thread_count) add_patches(AtomicAdjoint work) {
  const std::int64_t k = blockIdx.x;
  const auto size = static_cast<std::int32_t>(work.size);
  const auto side = static_cast<std::int32_t>(work.side);
  const double y = work.positions[2 * k];
  const double x = work.positions[2 * k + 1];
  const double y0 = floor(y);
  const double x0 = floor(x);
  const auto v = static_cast<float>(y - y0);
  const auto u = static_cast<float>(x - x0);
  const float2* const patch = static_cast<const float2*>(work.patches) + k * size * size;
  float2* const corner = static_cast<float2*>(work.image) + static_cast<std::int64_t>(y0) * side +
                         static_cast<std::int64_t>(x0);
  for (std::int32_t i = threadIdx.x; i < size * size; i += thread_count) {
    const float2 value = patch[i];
    float2* const pixel = corner + i / size * side + i % size;
    add(pixel, (1 - v) * (1 - u), value);
    add(pixel + 1, (1 - v) * u, value);
    add(pixel + side, v * (1 - u), value);
    add(pixel + side + 1, v * u, value);
  }
}

void atomic_adjoint(const AtomicAdjoint* work) {
  const Clock& clock = the_clock();
  const auto image_bytes = static_cast<std::size_t>(work->side * work->side) * sizeof(float2);
  if (!good(cudaMemsetAsync(work->image, 0, image_bytes, clock.stream), "clearing the image")) {
    return;
  }
  add_patches<<<static_cast<unsigned>(work->count), thread_count, 0, clock.stream>>>(*work);
  good(cudaGetLastError(), "adding patches");
}

void* record(void (*run)(void* context), void* context) {
  const Clock& clock = the_clock();
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t ready = nullptr;
  if (!good(cudaStreamBeginCapture(clock.stream, cudaStreamCaptureModeThreadLocal),
            "beginning a graph")) {
    return nullptr;
  }
  run(context);
  if (!good(cudaStreamEndCapture(clock.stream, &graph), "ending a graph") ||
      !good(cudaGraphInstantiate(&ready, graph, 0), "making a graph")) {
    return nullptr;
  }
  return ready;
}

void replay(void* graph) {
  good(cudaGraphLaunch(static_cast<cudaGraphExec_t>(graph), the_clock().stream),
       "replaying a graph");
}

}  // namespace
}  // namespace ptychopatch::bench

extern "C" __attribute__((visibility("default"))) const ptychopatch::bench::GpuModule*
ppatch_bench_gpu() {
  using namespace ptychopatch::bench;  // NOLINT(google-build-using-namespace)
  static const GpuModule module = {
      gpu_module_version, &open,           &problem,        &facts,  &allocate, &release,
      &allocate_pinned,   &release_pinned, &fill,           &copy,   &wait,     &stream,
      &seconds,           &limit,          &atomic_adjoint, &record, &replay};
  return &module;
}
