// SPDX-License-Identifier: Apache-2.0
#include "core/allocator.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstdint>
#include <new>

#include "core/error.hpp"

namespace ppatch {
namespace {

// Columns of a large plane touch a page each; huge ones spare most of the address translations.
// Advice that is not taken costs nothing.
void advise_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::uint64_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr std::uintptr_t page = std::uintptr_t{1} << 21;
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t begin = (address + page - 1) / page * page;
  const std::uintptr_t end = (address + bytes) / page * page;
  if (begin < end) {
    madvise(static_cast<char*>(memory) + (begin - address), end - begin, MADV_HUGEPAGE);
  }
#endif
}

}  // namespace

void* Allocator::allocate(std::uint64_t bytes) const {
  void* memory = allocate_ ? allocate_(user_, bytes, alignment)
                           : ::operator new (bytes, std::align_val_t{alignment}, std::nothrow);
  if (!memory) fail(PPATCH_ERROR_OUT_OF_MEMORY, "allocating ", bytes, " bytes of scratch failed");
  if (!allocate_) advise_huge_pages(memory, bytes);
  return memory;
}

void Allocator::deallocate(void* memory, std::uint64_t bytes) const noexcept {
  if (deallocate_) {
    deallocate_(user_, memory, bytes);
  } else {
    ::operator delete (memory, std::align_val_t{alignment});
  }
}

}  // namespace ppatch
