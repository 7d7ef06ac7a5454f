// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/array_copies.hpp"

#include <algorithm>

namespace ppatch {

std::uint64_t ArrayCopies::left() const {
  std::uint64_t used = 0;
  for (const std::uint64_t wanted : wanted_) used += wanted;
  return budget_ > used ? budget_ - used : 0;
}

std::uint64_t ArrayCopies::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& memory : memory_) sum += static_cast<std::uint64_t>(memory.size());
  return sum;
}

void* ArrayCopies::take(int slot, const char* name, std::uint64_t bytes, device::Stream stream) {
  if (bytes > left()) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, name, ": ", bytes,
         " bytes on the card, for it or its copy, need a memory budget of at least ",
         machine_.settings.memory_budget + (bytes - left()), " bytes, got ",
         machine_.settings.memory_budget);
  }
  wanted_[slot] = bytes;
  auto& memory = memory_[slot];
  if (static_cast<std::uint64_t>(memory.size()) >= bytes) return memory.data();
  device::synchronize(stream);
  memory = {};
  // Others give back what this call has not asked for.
  for (int other = 0; other < slots; ++other) {
    if (wanted_[other] == 0 && this->bytes() + bytes > budget_) memory_[other] = {};
  }
  memory = DeviceBuffer<unsigned char>(machine_.allocator, static_cast<std::int64_t>(bytes));
  return memory.data();
}

}  // namespace ppatch
