// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/staging.hpp"

#include <algorithm>

namespace ppatch {

void Staging::prepare() {
  for (auto& piece : piece_) {
    if (!piece) piece = std::make_unique<Piece>(piece_bytes_);
    // What an earlier call that failed left behind.
    if (piece->under_way) piece->done.wait();
    piece->under_way = false;
  }
}

std::int64_t Staging::elements_a_piece(const HostLayout& layout) const {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(piece_bytes_) / layout.element);
}

void Staging::upload(const HostLayout& from, void* to, device::Stream stream) {
  const std::int64_t all = from.count();
  if (all == 0) return;
  prepare();
  const std::int64_t step = elements_a_piece(from);
  int turn = 0;
  for (std::int64_t first = 0; first < all; first += step, turn = 1 - turn) {
    const std::int64_t last = std::min(all, first + step);
    Piece& piece = *piece_[turn];
    if (piece.under_way) piece.done.wait();
    pack(from, first, last, piece.memory.data());
    device::copy_to_device(static_cast<unsigned char*>(to) + first * from.element,
                           piece.memory.data(),
                           static_cast<std::uint64_t>((last - first) * from.element), stream);
    piece.done.record(stream);
    piece.under_way = true;
  }
}

void Staging::download(const void* from, const HostLayout& to, device::Stream stream) {
  const std::int64_t all = to.count();
  if (all == 0) return;
  prepare();
  const std::int64_t step = elements_a_piece(to);
  const std::int64_t pieces = (all + step - 1) / step;
  // One piece is fetched ahead of the one that is emptied.
  for (std::int64_t n = 0; n <= pieces; ++n) {
    if (n < pieces) {
      Piece& piece = *piece_[n % 2];
      const std::int64_t first = n * step;
      const std::int64_t last = std::min(all, first + step);
      device::copy_to_host(piece.memory.data(),
                           static_cast<const unsigned char*>(from) + first * to.element,
                           static_cast<std::uint64_t>((last - first) * to.element), stream);
      piece.done.record(stream);
      piece.under_way = true;
    }
    if (n > 0) {
      Piece& piece = *piece_[(n - 1) % 2];
      piece.done.wait();
      piece.under_way = false;
      unpack(piece.memory.data(), (n - 1) * step, std::min(all, n * step), to);
    }
  }
}

}  // namespace ppatch
