// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan_engine.hpp"
#include "cuda/runtime/machine.hpp"

namespace ppatch {

// What the engines of patches and of groups do alike on a device. Engine: the seam's, a PlanEngine.
// The last class drains the stream when it goes, while its memory is still there.
template <class Engine>
class DeviceEngine : public Engine {
 public:
  void set_stream(void* stream) final {
    const device::Selection selected(machine_.settings.device);
    stream_.set(stream);
  }

  void read_to_host(const void* from, std::uint64_t bytes, void* to) final {
    const device::Selection selected(machine_.settings.device);
    device::copy_to_host(to, from, bytes, stream_.get());
    device::synchronize(stream_.get());
  }

 protected:
  explicit DeviceEngine(const Machine& machine) : machine_(machine) {}

  const Machine& machine_;
  PlanStream stream_;
};

}  // namespace ppatch
