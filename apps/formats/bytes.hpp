// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

namespace ptychopatch::formats {

// Owned memory, not initialised: what is read or computed into it is its first touch.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(std::size_t size)
      : data_(std::make_unique_for_overwrite<std::byte[]>(size)), size_(size) {}

  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::span<std::byte> span() { return {data_.get(), size_}; }
  std::span<const std::byte> span() const { return {data_.get(), size_}; }

  // Keeps what is there.
  void resize(std::size_t size) {
    Bytes other(size);
    const std::size_t kept = std::min(size, size_);
    if (kept != 0) std::memcpy(other.data(), data(), kept);
    *this = std::move(other);
  }

 private:
  std::unique_ptr<std::byte[]> data_;
  std::size_t size_ = 0;
};

}  // namespace ptychopatch::formats
