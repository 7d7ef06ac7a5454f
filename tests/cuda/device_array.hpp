// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "patches/support/host_array.hpp"

// The devices that PTYCHOPATCH_TEST_DEVICE_MEMORY, a shared library, speaks for: device_memory.cpp
// or host_device.cpp.
class DeviceMemory {
 public:
  static const DeviceMemory& get() {
    static const DeviceMemory memory;
    return memory;
  }
  void* allocate(std::uint64_t bytes, int ordinal = 0) const { return allocate_(ordinal, bytes); }
  void (*release)(void*);
  // Of the host, which copies reach by themselves.
  void* (*allocate_pinned)(std::uint64_t bytes);
  void (*release_pinned)(void*);
  void (*copy)(void* to, const void* from, std::uint64_t);
  void* (*make_stream)();
  void (*destroy_stream)(void*);
  void (*synchronize)(void*);
  // Whether what follows in the stream becomes a graph; the graph; once more in a stream.
  bool (*begin_capture)(void*);
  void* (*end_capture)(void*);
  void (*replay)(void* graph, void* stream);
  // Functions called on numbers that lie on the device (functions/device_functions.hpp).
  bool (*call)(int function, const double* in, double* out, std::int64_t count);

 private:
  DeviceMemory() {
    const char* path = std::getenv("PTYCHOPATCH_TEST_DEVICE_MEMORY");
    void* const library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
    if (!library) throw std::runtime_error("PTYCHOPATCH_TEST_DEVICE_MEMORY names no library");
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(library, name));
      if (!function) throw std::runtime_error(std::string("there is no ") + name);
    };
    find(allocate_, "ppatch_test_allocate");
    find(release, "ppatch_test_release");
    find(allocate_pinned, "ppatch_test_allocate_pinned");
    find(release_pinned, "ppatch_test_release_pinned");
    find(copy, "ppatch_test_copy");
    find(make_stream, "ppatch_test_make_stream");
    find(destroy_stream, "ppatch_test_destroy_stream");
    find(synchronize, "ppatch_test_synchronize");
    find(begin_capture, "ppatch_test_begin_capture");
    find(end_capture, "ppatch_test_end_capture");
    find(replay, "ppatch_test_replay");
    find(call, "ppatch_test_call");
  }

  void* (*allocate_)(int, std::uint64_t);
};

// A host array's twin on the device: all of its memory, gaps too.
class DeviceArray {
 public:
  explicit DeviceArray(const HostArray& host, int card = 0)
      : host_(host),
        card_(card),
        memory_(DeviceMemory::get().allocate(host.memory().size() + 1, card)) {
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
    array.device_id = card_;
    return array;
  }
  // What the device holds now.
  const HostArray& downloaded() {
    DeviceMemory::get().copy(host_.memory().data(), memory_, host_.memory().size());
    return host_;
  }

 private:
  HostArray host_;
  int card_;
  void* memory_;
};
