// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Takes values off the fuzzer's bytes; zeros once they run out.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  template <class T>
  T take() {
    T value{};
    const std::size_t n = std::min(sizeof value, size_);
    if (n > 0) std::memcpy(&value, data_, n);
    data_ += n;
    size_ -= n;
    return value;
  }

  // A number in [low, high], one byte wide.
  std::int64_t small(std::int64_t low, std::int64_t high) {
    return low + take<std::uint8_t>() % (high - low + 1);
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};
