// SPDX-License-Identifier: Apache-2.0
#include "suite/gpu.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>

#include "ptychopatch/ptychopatch.h"
#include "suite/device.hpp"

namespace ptychopatch::bench {
namespace {

constexpr const char* file = "libptychopatch_bench_cuda.so";

// Where the library looks for its own modules.
std::filesystem::path module_path() {
  if (const char* folder = std::getenv("PPATCH_BACKEND_DIR"); folder && *folder) {
    return std::filesystem::path(folder) / file;
  }
  Dl_info library{};
  if (dladdr(reinterpret_cast<const void*>(&ppatch_version_string), &library) == 0) return file;
  return std::filesystem::path(library.dli_fname).parent_path() / "ptychopatch" / file;
}

const GpuModule* open_module() {
  const std::string path = module_path().string();
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) throw DeviceMissing(std::string("the suite's part for CUDA: ") + dlerror());
  const auto function = reinterpret_cast<GpuModuleFunction>(dlsym(library, gpu_module_symbol));
  if (!function) throw DeviceMissing(path + " is no part of this suite");
  const GpuModule* const module = function();
  if (module->version != gpu_module_version) {
    throw DeviceMissing(path + " is of another version: expected " +
                        std::to_string(gpu_module_version) + ", got " +
                        std::to_string(module->version));
  }
  return module;
}

}  // namespace

// No exception goes through the module.
struct Gpu::Call {
  std::function<void()> run;
  std::exception_ptr failure;

  static void make(void* context) {
    auto& one = *static_cast<Call*>(context);
    try {
      if (!one.failure) one.run();
    } catch (...) {
      one.failure = std::current_exception();
    }
  }
};

Gpu::~Gpu() = default;

Gpu::Gpu(int ordinal) : ordinal_(ordinal), module_(open_module()) {
  module_->open(ordinal);
  check();
}

void Gpu::check() const {
  if (const char* const problem = module_->problem()) throw std::runtime_error(problem);
}

GpuFacts Gpu::facts() const {
  GpuFacts facts{};
  module_->facts(&facts);
  check();
  return facts;
}

void* Gpu::allocate(std::int64_t bytes) const {
  void* const memory = module_->allocate(static_cast<std::uint64_t>(bytes));
  check();
  return memory;
}

void* Gpu::allocate_pinned(std::int64_t bytes) const {
  void* const memory = module_->allocate_pinned(static_cast<std::uint64_t>(bytes));
  check();
  return memory;
}

void Gpu::fill(void* memory, int byte, std::int64_t bytes) const {
  module_->fill(memory, byte, static_cast<std::uint64_t>(bytes));
  check();
}

void Gpu::copy(void* to, const void* from, std::int64_t bytes) const {
  module_->copy(to, from, static_cast<std::uint64_t>(bytes));
  check();
}

void Gpu::wait() const {
  module_->wait();
  check();
}

double Gpu::seconds(const std::function<void()>& run, int runs) const {
  Call call{run, nullptr};
  const double taken = module_->seconds(&Call::make, &call, runs);
  if (call.failure) std::rethrow_exception(call.failure);
  check();
  return taken;
}

void* Gpu::record(const std::function<void()>& run) const {
  calls_.push_back(std::make_unique<Call>(Call{run, nullptr}));
  Call& call = *calls_.back();
  void* const graph = module_->record(&Call::make, &call);
  if (call.failure) std::rethrow_exception(call.failure);
  check();
  return graph;
}

void Gpu::replay(void* graph) const {
  module_->replay(graph);
  check();
}

void Gpu::limit(GpuLimit limit, void* memory, const void* from, std::int64_t bytes) const {
  module_->limit(limit, memory, from, static_cast<std::uint64_t>(bytes));
  check();
}

void Gpu::atomic_adjoint(const AtomicAdjoint& work) const {
  module_->atomic_adjoint(&work);
  check();
}

}  // namespace ptychopatch::bench
