// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_LINE_STREAM_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_LINE_STREAM_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_LINE_STREAM_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_LINE_STREAM_INL_HPP_
#endif

#include <algorithm>
#include <cstdint>

#include "cpu/patches/rows-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Writes scalars that follow one another in memory past the caches, in whole cache lines; what is
// less than a line at either end is stored as usual. To be followed by hwy::FlushStream on the same
// thread.
template <class T>
class LineStream {
 public:
  static constexpr std::int64_t line = line_scalars<T>;

  explicit LineStream(T* to)
      : head_(static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(to) / sizeof(T) %
                                        static_cast<std::uintptr_t>(line))),
        held_(head_),
        to_(to - head_) {}

  // Where the next scalars are to be composed: staging is aligned to a line and has room for one
  // line more than these.
  T* compose(T* staging) const {
    std::copy(held_line_, held_line_ + held_, staging);
    return staging + held_;
  }

  // n more scalars are composed.
  HWY_INLINE void push(T* staging, std::int64_t n) {
    const std::int64_t end = held_ + n;
    std::int64_t i = 0;
    if (head_ > 0 && end >= line) {
      std::copy(staging + head_, staging + line, to_ + head_);
      head_ = 0;
      i = line;
    }
    const hwy::HWY_NAMESPACE::ScalableTag<T> d;
    for (; i + line <= end; i += line) {
      for (std::int64_t j = 0; j < line; j += vector_lanes<T>) {
        hwy::HWY_NAMESPACE::Stream(hwy::HWY_NAMESPACE::Load(d, staging + i + j), d, to_ + i + j);
      }
    }
    std::copy(staging + i, staging + end, held_line_);
    to_ += i;
    held_ = end - i;
  }

  // Stores what is left.
  void finish() const { std::copy(held_line_ + head_, held_line_ + held_, to_ + head_); }

 private:
  std::int64_t head_;  // scalars of the first line that are not ours
  std::int64_t held_;  // where the next scalar belongs in its line
  T* to_;              // where that line belongs
  T held_line_[line] = {};
};

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
