// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/call_memory.hpp"

#include "core/error.hpp"

namespace ppatch {

void CallMemory::begin() {
  for (Piece& piece : pieces_) give_back(piece);
}

std::uint64_t CallMemory::left() const {
  std::uint64_t used = 0;
  for (const Piece& piece : pieces_) used += piece.taken;
  return budget_ > used ? budget_ - used : 0;
}

std::uint64_t CallMemory::bytes() const {
  std::uint64_t sum = 0;
  for (const Piece& piece : pieces_) sum += static_cast<std::uint64_t>(piece.memory.size());
  return sum;
}

CallMemory::Piece& CallMemory::take(const char* name, std::uint64_t bytes, device::Stream stream) {
  if (bytes > left()) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, name, ": ", bytes,
         " bytes on the card, for it or its copy, need a memory budget of at least ",
         machine_.settings.memory_budget + (bytes - left()), " bytes, got ",
         machine_.settings.memory_budget);
  }
  // The smallest free piece that is large enough, and not much too large.
  Piece* best = nullptr;
  for (Piece& piece : pieces_) {
    const auto size = static_cast<std::uint64_t>(piece.memory.size());
    const bool fits = piece.taken == 0 && bytes <= size && size / 2 <= bytes;
    if (fits && (!best || piece.memory.size() < best->memory.size())) best = &piece;
  }
  if (!best) {
    // Free ones that are too small, or have no room beside it, make way.
    device::synchronize(stream);
    const bool has_room = this->bytes() + bytes <= budget_;
    pieces_.remove_if([&](const Piece& piece) {
      const bool is_small = static_cast<std::uint64_t>(piece.memory.size()) < bytes;
      return piece.taken == 0 && !piece.in_graph && (is_small || !has_room);
    });
    pieces_.emplace_back();
    best = &pieces_.back();
    best->memory = {machine_.allocator, static_cast<std::int64_t>(bytes)};
  }
  best->taken = bytes;
  best->in_graph = best->in_graph || device::is_capturing(stream);
  return *best;
}

}  // namespace ppatch
