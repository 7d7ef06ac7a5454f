// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace ptychopatch::formats {

// Memory that children do not get. Of what they do get, each page that this process writes while
// one lives is there twice. NULL where there is none.
void* allocate_unforked(std::size_t bytes, std::size_t alignment);
void deallocate_unforked(void* memory, std::size_t bytes);

inline constexpr std::size_t max_alignment = alignof(std::max_align_t);

template <class T>
struct UnforkedAllocator {
  using value_type = T;

  UnforkedAllocator() = default;
  template <class Other>
  explicit UnforkedAllocator(const UnforkedAllocator<Other>&) {}

  T* allocate(std::size_t count) {
    void* const memory = allocate_unforked(count * sizeof(T), max_alignment);
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) { deallocate_unforked(memory, count * sizeof(T)); }
  bool operator==(const UnforkedAllocator&) const { return true; }
};

template <class T>
using UnforkedVector = std::vector<T, UnforkedAllocator<T>>;

}  // namespace ptychopatch::formats
