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

// The stream of one plan: its own until the caller names one. A stream of the caller's may be gone
// once the calls that were enqueued in it have returned: what is under way there is known by an
// event of the plan's.
class PlanStream {
 public:
  PlanStream() : own_(device::make_stream()), current_(own_) {}
  ~PlanStream() { device::destroy_stream(own_); }
  PlanStream(const PlanStream&) = delete;
  PlanStream& operator=(const PlanStream&) = delete;

  // NULL: the plan's own again. Work in the old stream still uses the plan's memory. A stream that
  // is being captured cannot wait for it: whoever captures has waited before.
  void set(device::Stream stream) {
    const device::Stream next = stream ? stream : own_;
    if (next == current_) return;
    if (!device::is_capturing(next)) under_way_.wait_in(next);
    current_ = next;
  }
  device::Stream get() const { return current_; }
  // Once a call has enqueued all that it had to.
  void mark() {
    if (!device::is_capturing(current_)) under_way_.record(current_);
  }
  // Waits before a plan's memory goes back to the caller's allocator, which knows nothing of the
  // stream; what fails is of no interest any more.
  void drain(int ordinal) noexcept {
    try {
      const device::Selection selected(ordinal);
      under_way_.wait();
      device::synchronize(own_);
    } catch (const Error&) {
    }
  }

 private:
  device::Stream own_;
  device::Stream current_;
  DeviceEvent under_way_;
};

// One call's use of a plan's stream.
class StreamUse {
 public:
  explicit StreamUse(PlanStream& stream) : stream_(stream) {}
  ~StreamUse() {
    try {
      stream_.mark();
    } catch (const Error&) {  // the call that it ends has failed, too, or the next one will
    }
  }
  StreamUse(const StreamUse&) = delete;
  StreamUse& operator=(const StreamUse&) = delete;
  device::Stream get() const { return stream_.get(); }

 private:
  PlanStream& stream_;
};

}  // namespace ppatch
