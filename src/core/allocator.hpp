// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "ptychopatch/ptychopatch.h"

namespace ppatch {

// Scratch memory, from the caller's callbacks where given. Throws OUT_OF_MEMORY.
class Allocator {
 public:
  static constexpr std::uint64_t alignment = 64;

  Allocator() = default;
  Allocator(ppatch_allocate_fn take, ppatch_deallocate_fn give_back, void* user)
      : allocate_(take), deallocate_(give_back), user_(user) {}

  bool is_callers() const { return allocate_ != nullptr; }
  void* allocate(std::uint64_t bytes) const;
  void deallocate(void* memory, std::uint64_t bytes) const noexcept;

 private:
  ppatch_allocate_fn allocate_ = nullptr;
  ppatch_deallocate_fn deallocate_ = nullptr;
  void* user_ = nullptr;
};

// Uninitialised array of a trivial type. The allocator outlives it.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Allocator& allocator, std::int64_t count)
      : data_(count > 0 ? static_cast<T*>(allocator.allocate(bytes_of(count))) : nullptr,
              Free{&allocator, bytes_of(count)}),
        count_(count) {}

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::int64_t size() const { return count_; }
  std::uint64_t bytes() const { return bytes_of(count_); }
  T& operator[](std::int64_t i) { return data_[i]; }
  const T& operator[](std::int64_t i) const { return data_[i]; }

  static std::uint64_t bytes_of(std::int64_t count) {
    return static_cast<std::uint64_t>(count) * sizeof(T);
  }

 private:
  struct Free {
    const Allocator* allocator = nullptr;
    std::uint64_t bytes = 0;
    void operator()(T* memory) const noexcept { allocator->deallocate(memory, bytes); }
  };
  std::unique_ptr<T[], Free> data_;
  std::int64_t count_ = 0;
};

}  // namespace ppatch
