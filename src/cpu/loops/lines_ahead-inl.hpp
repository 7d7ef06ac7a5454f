// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_LOOPS_LINES_AHEAD_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_LOOPS_LINES_AHEAD_INL_HPP_
#undef PTYCHOPATCH_CPU_LOOPS_LINES_AHEAD_INL_HPP_
#else
#define PTYCHOPATCH_CPU_LOOPS_LINES_AHEAD_INL_HPP_
#endif

#include <cstdint>

#include "cpu/slot_scratch.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ptychopatch {
namespace HWY_NAMESPACE {

// Memory that will be read soon, fetched a few lines at a time while something else is worked on:
// rows of `bytes` that lie `stride` bytes apart.
class LinesAhead {
 public:
  LinesAhead() = default;
  LinesAhead(const void* first, std::int64_t rows, std::int64_t bytes, std::int64_t stride) {
    const auto address = reinterpret_cast<std::uintptr_t>(first);
    const auto skipped = static_cast<std::int64_t>(address % line_bytes);
    at_ = static_cast<const char*>(first) - skipped;
    bytes += skipped;
    // One run where little lies between the rows: it is faster to read without gaps.
    const bool run = 4 * bytes >= 3 * stride;
    rows_ = run ? 1 : rows;
    if (run) bytes += (rows - 1) * stride;
    row_end_ = at_ + bytes;
    stride_ = stride;
    gap_ = stride - bytes;
  }

  // As many lines as a step over rows reads: so they come in evenly.
  template <int Lines>
  HWY_INLINE void fetch() {
    if (rows_ == 0) return;
    for (int g = 0; g < Lines; ++g) __builtin_prefetch(at_ + g * line_bytes, 0, 2);
    at_ += Lines * line_bytes;
    if (at_ < row_end_) return;
    --rows_;
    at_ = row_end_ + gap_;
    row_end_ += stride_;
  }

  bool done() const { return rows_ == 0; }

 private:
  static constexpr std::int64_t line_bytes = 64;

  const char* at_ = nullptr;
  const char* row_end_ = nullptr;
  std::int64_t rows_ = 0;
  std::int64_t stride_ = 0, gap_ = 0;
};

}  // namespace HWY_NAMESPACE
}  // namespace ptychopatch
HWY_AFTER_NAMESPACE();

#endif
