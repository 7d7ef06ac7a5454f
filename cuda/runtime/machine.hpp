// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/backend.hpp"
#include "core/error.hpp"
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
  // Waits before a plan's memory goes back to the caller's allocator, which knows nothing of the
  // stream; what fails is of no interest any more.
  void drain(int ordinal) noexcept {
    try {
      const device::Selection selected(ordinal);
      device::synchronize(current_);
    } catch (const Error&) {
    }
  }

 private:
  device::Stream own_;
  device::Stream current_;
};

}  // namespace ppatch
