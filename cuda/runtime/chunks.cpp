// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/chunks.hpp"

namespace ppatch {
namespace {

// Of copies that are on the device at a time.
constexpr std::uint64_t max_bytes = std::uint64_t{64} << 20;
// Chunks below this are no faster for being two at a time.
constexpr std::uint64_t min_bytes = std::uint64_t{4} << 20;
// A call of large arrays is parted into so many at least: what cannot overlap is the first chunk's
// way up and the last one's down.
constexpr std::uint64_t min_chunks = 8;

}  // namespace

Chunks::~Chunks() {
  if (lanes_) lanes_->drain();
  for (const Copy& copy : copies_) {
    for (CallMemory::Piece* piece : copy.piece) {
      if (piece) CallMemory::give_back(*piece);
    }
  }
}

std::int64_t Chunks::begin(std::int64_t max_rows) {
  std::uint64_t unit_bytes = 0;
  for (const Copy& copy : copies_) unit_bytes += copy.slice({0, unit_}).packed_bytes();
  std::int64_t size = std::min(std::max<std::int64_t>(rows_, 1), max_rows);
  if (unit_bytes > 0) {
    const std::uint64_t all = unit_bytes * static_cast<std::uint64_t>(blocks_over(rows_, unit_));
    const std::uint64_t room = std::min(call_.memory().left(), max_bytes);
    const std::uint64_t wanted = std::clamp(all / min_chunks, min_bytes, max_bytes / 2);
    slots_ = room / 2 >= std::max(unit_bytes, min_bytes) ? CopyLanes::slots : 1;
    const std::uint64_t units =
        std::min(room / static_cast<std::uint64_t>(slots_), wanted) / unit_bytes;
    const std::uint64_t least = room / unit_bytes > 0 ? 1 : 0;
    size = std::min(size, static_cast<std::int64_t>(std::max(units, least)) * unit_);
  }
  size = std::max(size / unit_ * unit_, unit_);
  if (size >= rows_) slots_ = 1;
  for (Copy& copy : copies_) {
    const StridedArray largest = copy.slice({0, std::min(size, rows_)});
    for (int slot = 0; slot < slots_; ++slot) {
      copy.piece[slot] = &call_.memory().take(copy.name, largest.packed_bytes(), call_.stream());
    }
  }
  if (copies_.empty()) return size;
  lanes_ = &call_.memory().lanes();
  lanes_->begun.record(call_.stream());
  lanes_->begun.wait_in(lanes_->up());
  lanes_->begun.wait_in(lanes_->down());
  for (int slot = 0; slot < slots_; ++slot) {
    lanes_->computed[slot].record(call_.stream());
    lanes_->downloaded[slot].record(lanes_->down());
  }
  return size;
}

void Chunks::before(const Chunk& chunk) {
  if (!lanes_) return;
  // What is read there has been read by the kernels of the chunk that had the slot.
  lanes_->computed[slot_].wait_in(lanes_->up());
  // What is both read and written comes to where it is downloaded from.
  lanes_->downloaded[slot_].wait_in(lanes_->up());
  for (const Copy& copy : copies_) {
    if (copy.access == Access::write) continue;
    call_.memory().uploads.upload_in_order(copy.slice(chunk), copy.piece[slot_]->data(),
                                           lanes_->up());
  }
  lanes_->uploaded[slot_].record(lanes_->up());
  lanes_->uploaded[slot_].wait_in(call_.stream());
}

void Chunks::after(const Chunk& chunk) {
  if (!lanes_) return;
  lanes_->computed[slot_].record(call_.stream());
  if (slots_ == 1) return download(chunk, slot_);
  if (last_.count() > 0) download(last_, 1 - slot_);
  last_ = chunk;
  slot_ = 1 - slot_;
}

void Chunks::download(const Chunk& chunk, int slot) {
  lanes_->computed[slot].wait_in(lanes_->down());
  for (const Copy& copy : copies_) {
    if (copy.access == Access::read) continue;
    call_.memory().downloads.download_in_order(copy.piece[slot]->data(), copy.slice(chunk),
                                               lanes_->down());
  }
  lanes_->downloaded[slot].record(lanes_->down());
}

void Chunks::end() {
  if (!lanes_) return;
  if (last_.count() > 0) download(last_, 1 - slot_);
  // The host's arrays are the caller's again.
  lanes_->uploaded[0].wait();
  if (slots_ > 1) lanes_->uploaded[1].wait();
  for (int slot = 0; slot < slots_; ++slot) lanes_->downloaded[slot].wait();
  lanes_ = nullptr;
}

}  // namespace ppatch
