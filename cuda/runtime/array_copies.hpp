// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_RUNTIME_ARRAY_COPIES_HPP_
#define PTYCHOPATCH_CUDA_RUNTIME_ARRAY_COPIES_HPP_

#include "cuda/runtime/machine.hpp"
#include "cuda/runtime/staging.hpp"

namespace ppatch {

// Device memory for the copies of host arrays. It grows as calls need it, and stays.
class ArrayCopies {
 public:
  static constexpr int slots = 8;

  // budget: bytes that all copies may take together.
  ArrayCopies(const Machine& machine, std::uint64_t budget) : machine_(machine), budget_(budget) {}

  // Begins a call: what it does not ask for again may be taken from it.
  void begin() {
    for (auto& wanted : wanted_) wanted = 0;
  }
  // Bytes that the call may still ask for.
  std::uint64_t left() const;
  // Memory of one of the call's arrays, a slot each. Throws OUT_OF_MEMORY, naming the array, where
  // the budget is too small.
  void* take(int slot, const char* name, std::uint64_t bytes, device::Stream stream);
  std::uint64_t bytes() const;

 private:
  const Machine& machine_;
  std::uint64_t budget_;
  DeviceBuffer<unsigned char> memory_[slots];
  std::uint64_t wanted_[slots] = {};
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_RUNTIME_ARRAY_COPIES_HPP_
