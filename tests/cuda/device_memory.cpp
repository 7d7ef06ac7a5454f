// SPDX-License-Identifier: Apache-2.0
//
// The cards for tests (device_array.hpp).
#include <cuda_runtime_api.h>

#include <cstdint>

namespace {

// The card that memory is of, selected as long as it lives; host memory selects none.
class CardOf {
 public:
  explicit CardOf(const void* memory) {
    cudaPointerAttributes attributes{};
    cudaGetDevice(&before_);
    if (cudaPointerGetAttributes(&attributes, memory) == cudaSuccess &&
        attributes.type == cudaMemoryTypeDevice) {
      cudaSetDevice(attributes.device);
    }
  }
  CardOf(const CardOf&) = delete;
  CardOf& operator=(const CardOf&) = delete;
  ~CardOf() { cudaSetDevice(before_); }

 private:
  int before_ = 0;
};

}  // namespace

extern "C" {
// NULL where there is no such card.
__attribute__((visibility("default"))) void* ppatch_test_allocate(int ordinal,
                                                                  std::uint64_t bytes) {
  int before = 0;
  void* memory = nullptr;
  cudaGetDevice(&before);
  if (before != ordinal && cudaSetDevice(ordinal) != cudaSuccess) {
    cudaGetLastError();
    return nullptr;
  }
  const bool good = cudaMalloc(&memory, bytes) == cudaSuccess;
  if (before != ordinal) cudaSetDevice(before);
  return good ? memory : nullptr;
}
__attribute__((visibility("default"))) void ppatch_test_release(void* memory) {
  const CardOf card(memory);
  cudaFree(memory);
}
__attribute__((visibility("default"))) void* ppatch_test_allocate_pinned(std::uint64_t bytes) {
  void* memory = nullptr;
  return cudaMallocHost(&memory, bytes) == cudaSuccess ? memory : nullptr;
}
__attribute__((visibility("default"))) void ppatch_test_release_pinned(void* memory) {
  cudaFreeHost(memory);
}
__attribute__((visibility("default"))) void ppatch_test_copy(void* to, const void* from,
                                                             std::uint64_t bytes) {
  const CardOf reads(from);
  const CardOf writes(to);
  cudaMemcpy(to, from, bytes, cudaMemcpyDefault);
}
// One that does not wait for the default stream.
__attribute__((visibility("default"))) void* ppatch_test_make_stream() {
  cudaStream_t stream = nullptr;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  return stream;
}
__attribute__((visibility("default"))) void ppatch_test_destroy_stream(void* stream) {
  cudaStreamDestroy(static_cast<cudaStream_t>(stream));
}
__attribute__((visibility("default"))) void ppatch_test_synchronize(void* stream) {
  cudaStreamSynchronize(static_cast<cudaStream_t>(stream));
}
__attribute__((visibility("default"))) bool ppatch_test_begin_capture(void* stream) {
  return cudaStreamBeginCapture(static_cast<cudaStream_t>(stream), cudaStreamCaptureModeGlobal) ==
         cudaSuccess;
}
// The graph, ready to be replayed; NULL where what was enqueued cannot be one.
__attribute__((visibility("default"))) void* ppatch_test_end_capture(void* stream) {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t ready = nullptr;
  if (cudaStreamEndCapture(static_cast<cudaStream_t>(stream), &graph) != cudaSuccess || !graph ||
      cudaGraphInstantiate(&ready, graph, 0) != cudaSuccess) {
    cudaGetLastError();
    return nullptr;
  }
  return ready;
}
__attribute__((visibility("default"))) void ppatch_test_replay(void* graph, void* stream) {
  cudaGraphLaunch(static_cast<cudaGraphExec_t>(graph), static_cast<cudaStream_t>(stream));
}
}
