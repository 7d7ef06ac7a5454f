// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_LINES_AHEAD_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_LINES_AHEAD_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_LINES_AHEAD_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_LINES_AHEAD_INL_HPP_
#endif

#include <cstdint>

#include "cpu/patches/slot_scratch.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Cache lines that will be read soon, prefetched a few at a time while something else is worked on.
class LinesAhead {
 public:
  LinesAhead() = default;
  LinesAhead(const char* first, std::int64_t count) : at_(first), left_(count) {}

  // As many lines as a step over rows reads: so they come in evenly. It may be a few too many.
  template <int Lines>
  HWY_INLINE void prefetch() {
    if (left_ <= 0) return;
    for (int g = 0; g < Lines; ++g) __builtin_prefetch(at_ + g * line_bytes, 0, 2);
    at_ += Lines * line_bytes;
    left_ -= Lines;
  }

  bool done() const { return left_ <= 0; }
  std::int64_t count() const { return left_; }

  static constexpr std::int64_t line_bytes = 64;

 private:
  const char* at_ = nullptr;
  std::int64_t left_ = 0;
};

// The lines of rows of `bytes` that lie `stride` bytes apart, given out in pieces.
class RowsAhead {
 public:
  RowsAhead() = default;
  RowsAhead(const void* first, std::int64_t rows, std::int64_t bytes, std::int64_t stride) {
    const auto address = reinterpret_cast<std::uintptr_t>(first);
    const auto skipped = static_cast<std::int64_t>(address % line);
    at_ = static_cast<const char*>(first) - skipped;
    bytes += skipped;
    // One run where little lies between the rows: it is faster to read without gaps.
    const bool run = 4 * bytes >= 3 * stride;
    rows_ = run ? 1 : rows;
    if (run) bytes += (rows - 1) * stride;
    lines_ = (bytes + line - 1) / line;
    stride_ = stride;
  }

  std::int64_t count() const { return rows_ * lines_; }
  bool done() const { return rows_ == 0; }

  // The next lines, `max_lines` at most.
  LinesAhead take(std::int64_t max_lines) {
    const std::int64_t n = HWY_MIN(max_lines, lines_ - taken_);
    const LinesAhead piece(at_ + taken_ * line, n);
    taken_ += n;
    if (taken_ == lines_) {
      taken_ = 0;
      at_ += stride_;
      --rows_;
    }
    return piece;
  }

 private:
  static constexpr std::int64_t line = LinesAhead::line_bytes;

  const char* at_ = nullptr;
  std::int64_t rows_ = 0, lines_ = 0, taken_ = 0, stride_ = 0;
};

// Prefetches the next `count` lines, those that are left at most.
HWY_INLINE void prefetch(RowsAhead& rows, std::int64_t count) {
  while (count > 0 && !rows.done()) {
    LinesAhead piece = rows.take(count);
    count -= piece.count();
    while (!piece.done()) piece.prefetch<1>();
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
