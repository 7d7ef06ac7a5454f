// SPDX-License-Identifier: Apache-2.0
#include "formats/unforked_memory.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace ptychopatch::formats {
namespace {

// Of whole pages of that size within the memory; advice that is not taken costs nothing.
void advise(void* memory, std::size_t bytes, std::size_t page, int advice) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t begin = (address + page - 1) / page * page;
  const std::uintptr_t end = (address + bytes) / page * page;
  if (begin < end) {
    ::madvise(static_cast<char*>(memory) + (begin - address), end - begin, advice);
  }
}

constexpr std::size_t page_bytes = 4096, huge_page_bytes = std::size_t{1} << 21;

}  // namespace

void* allocate_unforked(std::size_t bytes, std::size_t alignment) {
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, whole);
  if (memory == nullptr) return memory;
  advise(memory, bytes, huge_page_bytes, MADV_HUGEPAGE);
  advise(memory, bytes, page_bytes, MADV_DONTFORK);
  return memory;
}

void deallocate_unforked(void* memory, std::size_t bytes) {
  advise(memory, bytes, page_bytes, MADV_DOFORK);
  std::free(memory);
}

}  // namespace ptychopatch::formats
