// SPDX-License-Identifier: Apache-2.0
//
// Stands in for gpu_module.cu where there is no card: beside the module that runs the library's
// kernels on the host, whose memory it hands out. What it times means nothing.
#include <dlfcn.h>

#include <chrono>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>

#include "gpu/gpu_module.hpp"

namespace ptychopatch::bench {
namespace {

// The memory of the device that is next to this module.
template <class Function>
Function of_device(const char* name) {
  static void* const library = [] {
    Dl_info self{};
    dladdr(reinterpret_cast<const void*>(&of_device<Function>), &self);
    const auto folder = std::filesystem::path(self.dli_fname).parent_path();
    return dlopen((folder / "libptychopatch_cuda.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  }();
  return reinterpret_cast<Function>(dlsym(library, name));
}

void open(std::int32_t) {}
const char* problem() { return nullptr; }
void facts(GpuFacts* facts) {
  *facts = {};
  std::strcpy(facts->name, "the host as a card");
  std::strcpy(facts->versions, "none");
  facts->l2_bytes = 1 << 20;
  facts->memory_bytes = facts->free_bytes = std::int64_t{1} << 32;
}
void* allocate(std::uint64_t bytes) {
  return of_device<void* (*)(int, std::uint64_t)>("ppatch_test_allocate")(0, bytes);
}
void release(void* memory) { of_device<void (*)(void*)>("ppatch_test_release")(memory); }
void* allocate_pinned(std::uint64_t bytes) { return std::malloc(bytes); }
void release_pinned(void* memory) { std::free(memory); }
void fill(void* memory, int byte, std::uint64_t bytes) { std::memset(memory, byte, bytes); }
void copy(void* to, const void* from, std::uint64_t bytes) { std::memcpy(to, from, bytes); }
void wait() {}
void* stream() { return nullptr; }

double seconds(void (*run)(void* context), void* context, std::int32_t runs) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  for (std::int32_t i = 0; i < runs; ++i) run(context);
  return std::chrono::duration<double>(Clock::now() - start).count() / runs;
}

void limit(GpuLimit which, void* memory, const void* from, std::uint64_t bytes) {
  if (which == GpuLimit::host_to_device) {
    std::memcpy(memory, from, bytes);
  } else {
    std::memset(memory, 0x3f, bytes);
  }
}

void atomic_adjoint(const AtomicAdjoint* work) {
  auto* const image = static_cast<std::complex<float>*>(work->image);
  const auto* value = static_cast<const std::complex<float>*>(work->patches);
  std::fill(image, image + work->side * work->side, std::complex<float>());
  for (std::int64_t k = 0; k < work->count; ++k) {
    const double y = work->positions[2 * k], x = work->positions[2 * k + 1];
    const auto v = static_cast<float>(y - std::floor(y)), u = static_cast<float>(x - std::floor(x));
    const auto first = static_cast<std::int64_t>(y) * work->side + static_cast<std::int64_t>(x);
    for (std::int64_t row = 0; row < work->size; ++row) {
      for (std::int64_t column = 0; column < work->size; ++column, ++value) {
        std::complex<float>* const to = image + first + row * work->side + column;
        to[0] += (1 - v) * (1 - u) * *value;
        to[1] += (1 - v) * u * *value;
        to[work->side] += v * (1 - u) * *value;
        to[work->side + 1] += v * u * *value;
      }
    }
  }
}

// A graph is the call itself.
struct Graph {
  void (*run)(void* context);
  void* context;
};
std::deque<Graph>& graphs() {
  static std::deque<Graph> all;
  return all;
}
void* record(void (*run)(void* context), void* context) {
  run(context);
  return &graphs().emplace_back(Graph{run, context});
}
void replay(void* graph) {
  const auto* const one = static_cast<const Graph*>(graph);
  one->run(one->context);
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
