// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/error.hpp"
#include "cuda/runtime/device_memory.hpp"

namespace ppatch {

// Streams of a plan beside that of its calls: host arrays go up in one and down in the other while
// kernels run. What they have in common takes turns between two slots.
class CopyLanes {
 public:
  static constexpr int slots = 2;

  CopyLanes() : up_(device::make_stream()), down_(device::make_stream()) {}
  ~CopyLanes() {
    drain();
    device::destroy_stream(up_);
    device::destroy_stream(down_);
  }
  CopyLanes(const CopyLanes&) = delete;
  CopyLanes& operator=(const CopyLanes&) = delete;

  device::Stream up() const { return up_; }
  device::Stream down() const { return down_; }
  DeviceEvent begun;  // all that the call's stream had before
  DeviceEvent uploaded[slots], computed[slots], downloaded[slots];

  // Nothing is under way when it returns; what fails is of no interest any more.
  void drain() const noexcept {
    try {
      device::synchronize(up_);
      device::synchronize(down_);
    } catch (const Error&) {
    }
  }

 private:
  device::Stream up_, down_;
};

}  // namespace ppatch
