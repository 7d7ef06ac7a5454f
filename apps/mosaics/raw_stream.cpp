// SPDX-License-Identifier: Apache-2.0
#include "mosaics/raw_stream.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace ptychopatch::mosaics {
namespace {

// A good file is read about twice.
constexpr std::uint64_t kEffortPerByte = 16;
constexpr std::uint64_t kLeastEffort = 50'000'000;
constexpr std::uint64_t kEffortOfCall = 16;
constexpr std::uint64_t kMostMissing = 1 << 16;

}  // namespace

RawStream::RawStream(std::span<const std::byte> bytes)
    : bytes_(bytes), effort_left_(kLeastEffort + kEffortPerByte * bytes.size()) {}

void RawStream::spend(std::uint64_t effort) {
  if (effort > effort_left_) throw LibRaw_exceptions(LIBRAW_EXCEPTION_IO_CORRUPT);
  effort_left_ -= effort;
}

void RawStream::miss(std::uint64_t count) {
  missing_ += count;
  if (missing_ > kMostMissing) throw LibRaw_exceptions(LIBRAW_EXCEPTION_IO_EOF);
}

int RawStream::read(void* to, std::size_t size, std::size_t count) {
  spend(kEffortOfCall);
  if (size == 0 || count == 0) return 0;
  const std::size_t left = bytes_.size() - position_;
  std::size_t wanted = 0;
  if (__builtin_mul_overflow(size, count, &wanted))
    throw LibRaw_exceptions(LIBRAW_EXCEPTION_IO_CORRUPT);
  const std::size_t taken = std::min(wanted, left);
  spend(taken);
  if (taken != 0) std::memcpy(to, bytes_.data() + position_, taken);
  position_ += taken;
  if (taken < wanted) miss(wanted - taken);
  return static_cast<int>((taken + size - 1) / size);
}

int RawStream::seek(INT64 offset, int whence) {
  spend(kEffortOfCall);
  const auto end = static_cast<INT64>(bytes_.size());
  const INT64 base = whence == SEEK_CUR   ? static_cast<INT64>(position_)
                     : whence == SEEK_END ? end
                                          : 0;
  INT64 target = 0;
  if (__builtin_add_overflow(base, offset, &target)) target = end;
  position_ = static_cast<std::size_t>(std::clamp<INT64>(target, 0, end));
  return 0;
}

int RawStream::get_char() {
  spend(1);
  if (position_ >= bytes_.size()) {
    miss(1);
    return -1;
  }
  return static_cast<int>(bytes_[position_++]);
}

char* RawStream::gets(char* to, int size) {
  spend(kEffortOfCall);
  if (size < 1 || position_ >= bytes_.size()) return nullptr;
  int count = 0;
  while (count < size - 1 && position_ < bytes_.size()) {
    spend(1);
    to[count] = static_cast<char>(bytes_[position_++]);
    if (to[count++] == '\n') break;
  }
  to[count] = '\0';
  return to;
}

int RawStream::scanf_one(const char* format, void* value) {
  constexpr std::size_t kLongestNumber = 24;
  spend(kEffortOfCall);
  std::array<char, kLongestNumber + 1> text{};
  const std::size_t count = std::min(kLongestNumber, bytes_.size() - position_);
  if (count == 0) return -1;
  std::memcpy(text.data(), bytes_.data() + position_, count);
  const int found = std::sscanf(text.data(), format, value);  // NOLINT: the format is LibRaw's
  if (found > 0) {
    // To the blank behind the number.
    const std::size_t begin = std::min(std::strspn(text.data(), " \t\r\n"), count);
    position_ += std::min(begin + std::strcspn(text.data() + begin, " \t\r\n"), count);
  }
  return found;
}

}  // namespace ptychopatch::mosaics
