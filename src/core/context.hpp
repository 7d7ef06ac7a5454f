// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_CONTEXT_HPP_
#define PTYCHOPATCH_CORE_CONTEXT_HPP_

#include <cstdint>
#include <memory>

#include "core/backend.hpp"

namespace ptychopatch {

// What the plans of one ppatch_context share.
class Context {
 public:
  explicit Context(const ppatch_context_options& options);

  Backend& backend() { return *backend_; }
  const Backend& backend() const { return *backend_; }
  // The one that does registration.
  Backend& registration_backend() const { return cpu_ ? *cpu_ : *backend_; }
  const Callbacks& callbacks() const { return callbacks_; }
  void get_info(ppatch_context_info* info) const;

 private:
  void make_backend(const ppatch_context_options& options);
  void add_registration();

  Allocator allocator_;
  Allocator host_allocator_;  // where the caller's gives a device's memory
  Callbacks callbacks_;
  BackendSettings settings_;
  ppatch_backend kind_ = PPATCH_BACKEND_CPU;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Backend> cpu_;  // where the backend does not do registration
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CORE_CONTEXT_HPP_
