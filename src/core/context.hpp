// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "core/backend.hpp"

namespace ppatch {

// What the plans of one ppatch_context share.
class Context {
 public:
  explicit Context(const ppatch_context_options& options);

  Backend& backend() const { return *backend_; }
  // The CPU's: the context's own, or one that is made when it is first asked for.
  Backend& cpu_backend() const;
  // The one that aligns scenes by that method.
  Backend& scene_backend(ShiftMethod method) const {
    return backend_->aligns(method, nullptr) ? *backend_ : cpu_backend();
  }
  const Callbacks& callbacks() const { return callbacks_; }
  // Of memory that the host reaches: the caller's, unless that is a device's.
  const Allocator& host_allocator() const {
    return kind_ == PPATCH_BACKEND_CPU ? allocator_ : host_allocator_;
  }
  void get_info(ppatch_context_info* info) const;

 private:
  void make_backend(const ppatch_context_options& options);

  Allocator allocator_;
  Allocator host_allocator_;  // where the caller's gives a device's memory
  Callbacks callbacks_;
  BackendSettings settings_;
  ppatch_backend kind_ = PPATCH_BACKEND_CPU;
  std::unique_ptr<Backend> backend_;
  mutable std::once_flag cpu_once_;
  mutable std::unique_ptr<Backend> cpu_;  // beside a device's
};

}  // namespace ppatch
