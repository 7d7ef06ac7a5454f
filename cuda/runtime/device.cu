// SPDX-License-Identifier: Apache-2.0
#include <cudaTypedefs.h>
#include <cuda_runtime.h>
#if __has_include(<nvtx3/nvToolsExt.h>)
#include <nvtx3/nvToolsExt.h>
#endif

#include <cstdio>
#include <map>
#include <mutex>

#include "cuda/runtime/check.hpp"
#include "cuda/runtime/device.hpp"

namespace ppatch::device {

std::int32_t count(char* reason, std::int32_t reason_size) {
  // cudaGetDeviceCount leaves its output as it was where it fails.
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status == cudaSuccess && devices > 0) return devices;
  cudaGetLastError();
  if (status == cudaSuccess) {
    std::snprintf(reason, static_cast<std::size_t>(reason_size),
                  "the driver is there, but this process may use no card");
  } else if (status == cudaErrorInsufficientDriver) {
    int driver = 0;
    cudaDriverGetVersion(&driver);
    cudaGetLastError();
    if (driver == 0) {
      std::snprintf(reason, static_cast<std::size_t>(reason_size),
                    "there is no NVIDIA driver (libcuda.so.1)");
    } else {
      std::snprintf(
          reason, static_cast<std::size_t>(reason_size),
          "the NVIDIA driver is for CUDA %d.%d, older than the %d.%d that the backend was "
          "built with",
          driver / 1000, driver % 1000 / 10, CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10);
    }
  } else {
    std::snprintf(reason, static_cast<std::size_t>(reason_size), "%s (%s)",
                  cudaGetErrorString(status), cudaGetErrorName(status));
  }
  return 0;
}

std::string name(int ordinal) {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, ordinal), "asking for the card's name");
  return properties.name;
}

namespace {

// What selects a device without a trace: cudaSetDevice makes a context on the device that was
// selected before when it is selected again, which its owner may never use.
struct Driver {
  PFN_cuInit_v2000 init = nullptr;
  PFN_cuDeviceGet_v2000 device = nullptr;
  PFN_cuDevicePrimaryCtxRetain_v7000 retain = nullptr;
  PFN_cuCtxPushCurrent_v4000 push = nullptr;
  PFN_cuCtxPopCurrent_v4000 pop = nullptr;

  template <class Function>
  static bool find(const char* name, Function& function) {
    void* found = nullptr;
    cudaDriverEntryPointQueryResult result = cudaDriverEntryPointSymbolNotFound;
#if CUDART_VERSION >= 12050
    const cudaError_t status =
        cudaGetDriverEntryPointByVersion(name, &found, 12000, cudaEnableDefault, &result);
#else
    const cudaError_t status = cudaGetDriverEntryPoint(name, &found, cudaEnableDefault, &result);
#endif
    cudaGetLastError();
    function = reinterpret_cast<Function>(found);
    return status == cudaSuccess && result == cudaDriverEntryPointSuccess && found;
  }
  // NULL where the driver does not have all of it.
  static const Driver* get() {
    static Driver driver;
    static const bool complete =
        find("cuInit", driver.init) && find("cuDeviceGet", driver.device) &&
        find("cuDevicePrimaryCtxRetain", driver.retain) && find("cuCtxPushCurrent", driver.push) &&
        find("cuCtxPopCurrent", driver.pop) && driver.init(0) == CUDA_SUCCESS;
    return complete ? &driver : nullptr;
  }
};

// The context of a device that the runtime uses, too; retained once, for good.
CUcontext context_of(const Driver& driver, int ordinal) {
  static std::mutex guard;
  static std::map<int, CUcontext> contexts;
  const std::lock_guard<std::mutex> lock(guard);
  CUcontext& context = contexts[ordinal];
  CUdevice device = 0;
  if (!context && (driver.device(&device, ordinal) != CUDA_SUCCESS ||
                   driver.retain(&context, device) != CUDA_SUCCESS)) {
    fail(PPATCH_ERROR_DEVICE, "selecting card ", ordinal, " failed: it gives no context");
  }
  return context;
}

}  // namespace

Selection::Selection(int ordinal) {
  if (const Driver* driver = Driver::get()) {
    if (driver->push(context_of(*driver, ordinal)) != CUDA_SUCCESS) {
      fail(PPATCH_ERROR_DEVICE, "selecting card ", ordinal, " failed");
    }
    return;
  }
  check(cudaGetDevice(&before_), "asking for the selected card");
  if (before_ != ordinal) check(cudaSetDevice(ordinal), "selecting the card");
}

Selection::~Selection() {
  if (const Driver* driver = Driver::get()) {
    CUcontext own = nullptr;
    driver->pop(&own);
    return;
  }
  int now = 0;
  if (cudaGetDevice(&now) == cudaSuccess && now != before_) cudaSetDevice(before_);
}

// A toolkit may lack the profiler's header.
#if __has_include(<nvtx3/nvToolsExt.h>)
Range::Range(const char* name) { nvtxRangePushA(name); }
Range::~Range() { nvtxRangePop(); }
#else
Range::Range(const char*) {}
Range::~Range() = default;
#endif

int selected() {
  int ordinal = 0;
  check(cudaGetDevice(&ordinal), "asking for the selected card");
  return ordinal;
}

void* allocate(std::uint64_t bytes) {
  void* memory = nullptr;
  const cudaError_t status = cudaMalloc(&memory, bytes);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "allocating ", bytes, " bytes on the card failed");
  }
  check(status, "allocating memory on the card");
  return memory;
}

void release(void* memory) noexcept { cudaFree(memory); }

void* allocate_pinned(std::uint64_t bytes) {
  void* memory = nullptr;
  check(cudaHostAlloc(&memory, bytes, cudaHostAllocDefault), "allocating pinned memory");
  return memory;
}

void release_pinned(void* memory) noexcept { cudaFreeHost(memory); }

bool reaches(const char* name, const void* memory) {
  cudaPointerAttributes attributes;
  check(cudaPointerGetAttributes(&attributes, memory), "asking where an array is");
  if (attributes.type == cudaMemoryTypeManaged) return true;
  if (attributes.type != cudaMemoryTypeDevice) return false;
  const int ordinal = selected();
  if (attributes.device != ordinal) {
    fail(PPATCH_ERROR_INVALID_ARGUMENT, name, ": expected memory of card ", ordinal,
         " or of the host, got card ", attributes.device, "'s");
  }
  return true;
}

bool is_page_locked(const void* memory) {
  cudaPointerAttributes attributes;
  check(cudaPointerGetAttributes(&attributes, memory), "asking where an array is");
  return attributes.type == cudaMemoryTypeHost;
}

Stream make_stream() {
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamDefault), "making a stream");
  return stream;
}

void destroy_stream(Stream stream) noexcept {
  cudaStreamDestroy(static_cast<cudaStream_t>(stream));
}

bool is_capturing(Stream stream) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  check(cudaStreamIsCapturing(static_cast<cudaStream_t>(stream), &status),
        "asking whether a stream is captured");
  return status != cudaStreamCaptureStatusNone;
}

void synchronize(Stream stream) {
  check(cudaStreamSynchronize(static_cast<cudaStream_t>(stream)), "work on the card");
}

void synchronize_all() { check(cudaDeviceSynchronize(), "work on the card"); }

Event make_event() {
  cudaEvent_t event = nullptr;
  check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "making an event");
  return event;
}

void destroy_event(Event event) noexcept { cudaEventDestroy(static_cast<cudaEvent_t>(event)); }

void record(Event event, Stream stream) {
  check(cudaEventRecord(static_cast<cudaEvent_t>(event), static_cast<cudaStream_t>(stream)),
        "recording an event");
}

void wait(Event event) {
  check(cudaEventSynchronize(static_cast<cudaEvent_t>(event)), "work on the card");
}

void wait_in(Stream stream, Event event) {
  check(cudaStreamWaitEvent(static_cast<cudaStream_t>(stream), static_cast<cudaEvent_t>(event)),
        "letting one stream wait for another");
}

void copy_to_device(void* to, const void* from, std::uint64_t bytes, Stream stream) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, static_cast<cudaStream_t>(stream)),
        "copying to the card");
}

void copy_rows_to_device(void* to, const void* from, std::uint64_t from_step,
                         std::uint64_t row_bytes, std::uint64_t rows, Stream stream) {
  check(cudaMemcpy2DAsync(to, row_bytes, from, from_step, row_bytes, rows, cudaMemcpyHostToDevice,
                          static_cast<cudaStream_t>(stream)),
        "copying to the card");
}

void copy_to_host(void* to, const void* from, std::uint64_t bytes, Stream stream) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, static_cast<cudaStream_t>(stream)),
        "copying from the card");
}

}  // namespace ppatch::device
