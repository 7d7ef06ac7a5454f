// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/chunks.hpp"

namespace ppatch {
namespace {

// Of copies that are on the device at a time.
constexpr std::uint64_t max_bytes = std::uint64_t{64} << 20;

}  // namespace

Chunks::~Chunks() {
  for (const Copy& copy : copies_) {
    if (copy.piece) CallMemory::give_back(*copy.piece);
  }
}

std::int64_t Chunks::begin(std::int64_t max_rows) {
  std::uint64_t unit_bytes = 0;
  for (const Copy& copy : copies_) unit_bytes += copy.slice({0, unit_}).packed_bytes();
  std::int64_t size = std::min(std::max<std::int64_t>(rows_, 1), max_rows);
  if (unit_bytes > 0) {
    const std::uint64_t units = std::min(call_.memory().left(), max_bytes) / unit_bytes;
    size = std::min(size, static_cast<std::int64_t>(units) * unit_);
  }
  size = std::max(size / unit_ * unit_, unit_);
  for (Copy& copy : copies_) {
    const StridedArray largest = copy.slice({0, std::min(size, rows_)});
    copy.piece = &call_.memory().take(copy.name, largest.packed_bytes(), call_.stream());
  }
  return size;
}

void Chunks::upload(const Chunk& chunk) {
  for (const Copy& copy : copies_) {
    if (copy.access == Access::write) continue;
    call_.memory().staging.upload(copy.slice(chunk), copy.piece->data(), call_.stream());
  }
}

void Chunks::download(const Chunk& chunk) {
  for (const Copy& copy : copies_) {
    if (copy.access == Access::read) continue;
    call_.memory().staging.download(copy.piece->data(), copy.slice(chunk), call_.stream());
  }
}

}  // namespace ppatch
