// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "core/allocator.hpp"
#include "cuda/runtime/device.hpp"

namespace ppatch {

// Device memory of one context: the caller's, where it gave functions for it, or CUDA's. Either is
// given back by what takes it.
class DeviceAllocator {
 public:
  DeviceAllocator(const Allocator& callers, bool is_callers)
      : callers_(callers), is_callers_(is_callers) {}

  void* allocate(std::uint64_t bytes) const {
    return is_callers_ ? callers_.allocate(bytes) : device::allocate(bytes);
  }
  void release(void* memory, std::uint64_t bytes) const noexcept {
    if (is_callers_) {
      callers_.deallocate(memory, bytes);
    } else {
      device::release(memory);
    }
  }

 private:
  const Allocator& callers_;
  bool is_callers_;
};

// Uninitialised array in device memory. The allocator outlives it.
template <class T>
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  DeviceBuffer(const DeviceAllocator& allocator, std::int64_t count)
      : data_(count > 0 ? static_cast<T*>(allocator.allocate(bytes_of(count))) : nullptr,
              Free{&allocator, bytes_of(count)}),
        count_(count) {}

  T* data() const { return data_.get(); }
  std::int64_t size() const { return count_; }
  static std::uint64_t bytes_of(std::int64_t count) {
    return static_cast<std::uint64_t>(count) * sizeof(T);
  }

 private:
  struct Free {
    const DeviceAllocator* allocator = nullptr;
    std::uint64_t bytes = 0;
    void operator()(T* memory) const noexcept { allocator->release(memory, bytes); }
  };
  std::unique_ptr<T, Free> data_;
  std::int64_t count_ = 0;
};

// Host memory that copies reach without waiting.
class PinnedBuffer {
 public:
  PinnedBuffer() = default;
  explicit PinnedBuffer(std::uint64_t bytes)
      : data_(static_cast<unsigned char*>(device::allocate_pinned(bytes))), bytes_(bytes) {}

  unsigned char* data() const { return data_.get(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(unsigned char* memory) const noexcept { device::release_pinned(memory); }
  };
  std::unique_ptr<unsigned char, Free> data_;
  std::uint64_t bytes_ = 0;
};

class DeviceEvent {
 public:
  DeviceEvent() : event_(device::make_event()) {}
  ~DeviceEvent() { device::destroy_event(event_); }
  DeviceEvent(const DeviceEvent&) = delete;
  DeviceEvent& operator=(const DeviceEvent&) = delete;

  void record(device::Stream stream) { device::record(event_, stream); }
  void wait() { device::wait(event_); }
  void wait_in(device::Stream stream) { device::wait_in(stream, event_); }

 private:
  device::Event event_;
};

}  // namespace ppatch
