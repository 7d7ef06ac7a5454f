// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gpu/gpu_module.hpp"

namespace ptychopatch::bench {

// One card, through the module that names CUDA. What fails there throws std::runtime_error.
class Gpu {
 public:
  // The module lies beside the library's own. Throws DeviceMissing where it cannot be opened.
  explicit Gpu(int ordinal);
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  int ordinal() const { return ordinal_; }
  GpuFacts facts() const;
  void* allocate(std::int64_t bytes) const;
  void release(void* memory) const { module_->release(memory); }
  void* allocate_pinned(std::int64_t bytes) const;
  void release_pinned(void* memory) const { module_->release_pinned(memory); }
  void fill(void* memory, int byte, std::int64_t bytes) const;
  void copy(void* to, const void* from, std::int64_t bytes) const;
  void wait() const;
  void* stream() const { return module_->stream(); }
  // Of one of `runs` calls, by the card's own clock.
  double seconds(const std::function<void()>& run, int runs) const;
  void limit(GpuLimit limit, void* memory, const void* from, std::int64_t bytes) const;
  void atomic_adjoint(const AtomicAdjoint& work) const;
  // A graph of what run enqueues, which is run once for it; replay enqueues it again. run and all
  // that it names must outlive it.
  void* record(const std::function<void()>& run) const;
  void replay(void* graph) const;

 private:
  struct Call;

  void check() const;

  int ordinal_;
  const GpuModule* module_;
  mutable std::vector<std::unique_ptr<Call>> calls_;  // of graphs
};

}  // namespace ptychopatch::bench
