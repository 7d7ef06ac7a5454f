// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/staging.hpp"

#include <algorithm>

namespace ppatch {
namespace {

constexpr std::int64_t max_row_step = 0x7fffffff;  // bytes, of copies of rows

// Part of an array may be registered, and part not.
bool is_page_locked(const StridedArray& rows) {
  const auto* const first = static_cast<const unsigned char*>(rows.data);
  std::int64_t last = rows.element - 1;
  for (int axis = 0; axis < rows.axes; ++axis) {
    last += (rows.extent[axis] - 1) * rows.stride[axis];
  }
  return device::is_page_locked(first) && device::is_page_locked(first + last);
}

}  // namespace

void Staging::prepare() {
  for (auto& piece : piece_) {
    if (!piece) piece = std::make_unique<Piece>(piece_bytes_);
    // What an earlier call that failed left behind.
    if (piece->under_way) piece->done.wait();
    piece->under_way = false;
  }
}

std::int64_t Staging::elements_a_piece(const StridedArray& array) const {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(piece_bytes_) / array.element);
}

void Staging::upload(const StridedArray& given, void* to, device::Stream stream) {
  const StridedArray from = given.merged();
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

void Staging::upload_in_order(const StridedArray& from, void* to, device::Stream stream) {
  const StridedArray rows = from.merged();
  const int inner = rows.axes - 1;
  const bool contiguous = rows.stride[inner] == rows.element;
  const std::int64_t row_bytes = rows.extent[inner] * rows.element;
  const bool has_rows =
      contiguous && rows.axes == 2 && rows.stride[0] >= row_bytes && rows.stride[0] <= max_row_step;
  const bool is_whole = contiguous && rows.axes == 1;
  if (rows.count() == 0 || !(has_rows || is_whole) || !is_page_locked(rows)) {
    upload(from, to, stream);
  } else if (is_whole) {
    device::copy_to_device(to, rows.data, rows.packed_bytes(), stream);
  } else {
    device::copy_rows_to_device(to, rows.data, static_cast<std::uint64_t>(rows.stride[0]),
                                static_cast<std::uint64_t>(row_bytes),
                                static_cast<std::uint64_t>(rows.extent[0]), stream);
  }
}

void Staging::download_in_order(const void* from, const StridedArray& to, device::Stream stream) {
  const StridedArray all = to.merged();
  const bool is_whole = all.axes == 1 && all.stride[0] == all.element;
  if (all.count() == 0 || !is_whole || !is_page_locked(all)) {
    download(from, to, stream);
  } else {
    device::copy_to_host(all.data, from, all.packed_bytes(), stream);
  }
}

void Staging::download(const void* from, const StridedArray& given, device::Stream stream) {
  const StridedArray to = given.merged();
  const std::int64_t all = to.count();
  if (all == 0) return;
  prepare();
  const std::int64_t step = elements_a_piece(to);
  const std::int64_t pieces = (all + step - 1) / step;
  // One piece is on its way ahead of the one that is emptied.
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
