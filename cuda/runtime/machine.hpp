// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/backend.hpp"
#include "cuda/runtime/device_memory.hpp"

namespace ppatch {

// What the plans of one context share. It outlives them.
struct Machine {
  BackendSettings settings;
  DeviceAllocator allocator;

  explicit Machine(const BackendSettings& given)
      : settings(given), allocator(*given.allocator, given.allocator->is_callers()) {}

  const Callbacks& callbacks() const { return *settings.callbacks; }
};

// The stream of one plan: its own until the caller names one.
class PlanStream {
 public:
  PlanStream() : own_(device::make_stream()), current_(own_) {}
  ~PlanStream() { device::destroy_stream(own_); }
  PlanStream(const PlanStream&) = delete;
  PlanStream& operator=(const PlanStream&) = delete;

  // NULL: the plan's own again. Work in the old stream still uses the plan's memory.
  void set(device::Stream stream) {
    device::synchronize(current_);
    current_ = stream ? stream : own_;
  }
  device::Stream get() const { return current_; }

 private:
  device::Stream own_;
  device::Stream current_;
};

}  // namespace ppatch
