// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "cuda/runtime/array_views.hpp"
#include "cuda/runtime/call_memory.hpp"
#include "cuda/runtime/run.hpp"

namespace ppatch {

enum class Access { read, write, update };

// One call of an operator: its stream, and its arrays where kernels reach them. Arrays on the
// device are used where they lie; those of the host are copied. The device is selected as long as
// it lives.
class DeviceCall {
 public:
  // `name` is what a profiler shows.
  DeviceCall(const char* name, const Machine& machine, CallMemory& memory, PlanStream& stream)
      : range_(name),
        selected_(machine.settings.device),
        machine_(machine),
        memory_(memory),
        stream_(stream) {
    memory_.begin();
  }

  // A whole array. Copies of those that are written are downloaded by finish().
  template <class View>
  View array(const ViewedArray<View>& array, Access access) {
    if (!array.is_on_host()) return array.view;
    require_copies(array.name);
    void* const copy = take(array.name, array.bytes.packed_bytes());
    if (access != Access::write) memory_.uploads.upload(array.bytes, copy, stream());
    if (access != Access::read) outputs_.push_back({copy, array.bytes});
    return array.packed_at(copy, 0, array.rows());
  }
  // A graph could not take what the host does for a copy.
  void require_copies(const char* name) const {
    if (!device::is_capturing(stream())) return;
    fail(PPATCH_ERROR_INVALID_ARGUMENT, name,
         ": expected an array on the device in a call whose stream is captured into a graph, got "
         "one "
         "of the host");
  }
  template <class T>
  T* scratch(std::int64_t count) {
    return static_cast<T*>(take("scratch", DeviceBuffer<T>::bytes_of(count)));
  }
  // Host outputs are complete when it returns.
  void finish() {
    for (const Output& output : outputs_) {
      memory_.downloads.download(output.from, output.to, stream());
    }
    outputs_.clear();
  }

  // A kernel that knows its blocks.
  template <class Kernel>
  void run(const Kernel& kernel) const {
    ppatch::run(kernel, stream());
  }
  template <class Body>
  void run_each(const Body& body, std::int64_t count) const {
    ppatch::run_each(body, count, stream());
  }

  const Callbacks& callbacks() const { return machine_.callbacks(); }
  CallMemory& memory() const { return memory_; }
  device::Stream stream() const { return stream_.get(); }

 private:
  struct Output {
    const void* from = nullptr;
    StridedArray to;
  };
  void* take(const char* name, std::uint64_t bytes) {
    return memory_.take(name, bytes, stream()).data();
  }

  device::Range range_;
  device::Selection selected_;
  const Machine& machine_;
  CallMemory& memory_;
  StreamUse stream_;
  std::vector<Output> outputs_;
};

}  // namespace ppatch
