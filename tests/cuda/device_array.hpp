// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>

#include "patches/support/host_array.hpp"

// The device that PTYCHOPATCH_TEST_DEVICE_MEMORY, a shared library, gives memory of:
// device_memory.cpp or host_device.cpp.
class DeviceMemory {
 public:
  static const DeviceMemory& get() {
    static const DeviceMemory memory;
    return memory;
  }
  void* (*allocate)(std::uint64_t);
  void (*release)(void*);
  void (*copy)(void* to, const void* from, std::uint64_t);

 private:
  DeviceMemory() {
    const char* path = std::getenv("PTYCHOPATCH_TEST_DEVICE_MEMORY");
    void* const library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
    if (!library) throw std::runtime_error("PTYCHOPATCH_TEST_DEVICE_MEMORY names no library");
    allocate = reinterpret_cast<decltype(allocate)>(dlsym(library, "ppatch_test_allocate"));
    release = reinterpret_cast<decltype(release)>(dlsym(library, "ppatch_test_release"));
    copy = reinterpret_cast<decltype(copy)>(dlsym(library, "ppatch_test_copy"));
  }
};

// A host array's twin on the device: all of its memory, gaps too.
class DeviceArray {
 public:
  explicit DeviceArray(const HostArray& host)
      : host_(host), memory_(DeviceMemory::get().allocate(host.memory().size() + 1)) {
    if (!memory_) throw std::runtime_error("the device has no memory left");
    DeviceMemory::get().copy(memory_, host.memory().data(), host.memory().size());
  }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  ~DeviceArray() { DeviceMemory::get().release(memory_); }

  ppatch_array view() const {
    ppatch_array array = host_.view();
    const auto* const first = reinterpret_cast<const unsigned char*>(host_.memory().data());
    array.data = static_cast<unsigned char*>(memory_) +
                 (static_cast<const unsigned char*>(array.data) - first);
    array.device_type = PPATCH_DEVICE_CUDA;
    return array;
  }
  // What the device holds now.
  const HostArray& downloaded() {
    DeviceMemory::get().copy(host_.memory().data(), memory_, host_.memory().size());
    return host_;
  }

 private:
  HostArray host_;
  void* memory_;
};
