// SPDX-License-Identifier: Apache-2.0
#include "core/allocator.hpp"

#include <new>

#include "core/error.hpp"

namespace ptychopatch {

void* Allocator::allocate(std::uint64_t bytes) const {
  void* memory = allocate_ ? allocate_(user_, bytes, alignment)
                           : ::operator new (bytes, std::align_val_t{alignment}, std::nothrow);
  if (!memory) fail(PPATCH_ERROR_OUT_OF_MEMORY, "allocating ", bytes, " bytes of scratch failed");
  return memory;
}

void Allocator::deallocate(void* memory, std::uint64_t bytes) const noexcept {
  if (deallocate_) {
    deallocate_(user_, memory, bytes);
  } else {
    ::operator delete (memory, std::align_val_t{alignment});
  }
}

}  // namespace ptychopatch
