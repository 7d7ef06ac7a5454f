// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_LOOPS_PATCH_ROWS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_LOOPS_PATCH_ROWS_INL_HPP_
#undef PTYCHOPATCH_CPU_LOOPS_PATCH_ROWS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_LOOPS_PATCH_ROWS_INL_HPP_
#endif

#include "cpu/loops/rows-inl.hpp"
#include "cpu/slot_scratch.hpp"
#include "kernels/patch_problem.hpp"
#include "math/boundary.hpp"
#include "math/views.hpp"

HWY_BEFORE_NAMESPACE();
namespace ptychopatch {
namespace HWY_NAMESPACE {

// Rows of samples of the extended image below one patch: `pixels` of them from column x0 on.
template <class T, int C>
class SampleRows {
 public:
  SampleRows(const PatchProblem& problem, const ImageView& image, std::int64_t slice,
             const AxisTaps<T>& x, std::int64_t* columns)
      : image_(image),
        slice_(slice),
        boundary_(problem.boundary),
        x0_(x.start),
        pixels_(problem.width + x.count - 1),
        inside_(x0_ >= 0 && x0_ + pixels_ <= image.width),
        columns_(columns) {
    if (boundary_ == Boundary::constant) {
      for (int c = 0; c < C; ++c) outside_[c] = static_cast<T>(problem.constant[c]);
    }
    for (std::int64_t i = 0; i < pixels_ && !inside_; ++i) {
      columns_[i] = extended_index(boundary_, x0_ + i, image.width);
    }
  }

  std::int64_t pixels() const { return pixels_; }

  // Row y, in place where it can be, else in buffer.
  const T* row(std::int64_t y, T* HWY_RESTRICT buffer) const {
    const std::int64_t mapped = extended_index(boundary_, y, image_.height);
    if (mapped < 0) {
      for (std::int64_t i = 0; i < pixels_; ++i) {
        for (int c = 0; c < C; ++c) buffer[i * C + c] = outside_[c];
      }
      return buffer;
    }
    if (inside_) {
      return contiguous_row<T, C>(image_.at<T>(slice_, mapped, x0_), image_.stride_x, pixels_,
                                  buffer);
    }
    const T* from = image_.at<T>(slice_, mapped, 0);
    for (std::int64_t i = 0; i < pixels_; ++i) {
      for (int c = 0; c < C; ++c) {
        buffer[i * C + c] =
            columns_[i] < 0 ? outside_[c] : from[columns_[i] * image_.stride_x + c];
      }
    }
    return buffer;
  }

 private:
  const ImageView& image_;
  std::int64_t slice_;
  Boundary boundary_;
  std::int64_t x0_, pixels_;
  bool inside_;
  std::int64_t* columns_;
  T outside_[2] = {};
};

// Sample rows filtered along x, kept while a later row of the patch still needs them. `first` names the
// ring's first row in the scratch.
template <class T, int C>
class FilteredRows {
 public:
  FilteredRows(const SampleRows<T, C>& samples, const AxisTaps<T>& y, const AxisTaps<T>& x,
               const T* weight, std::int64_t width, int first, const SlotScratch& scratch)
      : samples_(samples),
        y_(y),
        x_(x),
        weight_(weight),
        width_(width),
        first_(first),
        scratch_(scratch) {}

  // Starts at patch row r.
  void seek(std::int64_t r) { next_ = r; }

  // The rows that patch row r combines, in the order of the taps. r never steps back.
  void rows_for(std::int64_t r, const T** rows) {
    for (; next_ < r + y_.count; ++next_) {
      T* slot = scratch_.row<T>(first_ + static_cast<int>(next_ % y_.count));
      T* buffer = x_.count == 1 ? slot : scratch_.row<T>(source_row);
      const T* row = samples_.row(y_.start + next_, buffer);
      if (x_.count > 1) {
        filter_row<T, C>(x_.count, weight_, row, slot, width_ * C);
        row = slot;
      } else if (weight_[0] != T(1)) {
        // The slope of the nearest kernel: a row of zeros with the samples' own special values.
        filter_row<T, C>(1, weight_, row, slot, width_ * C);
        row = slot;
      }
      ring_[next_ % y_.count] = row;
    }
    for (int i = 0; i < y_.count; ++i) rows[i] = ring_[(r + i) % y_.count];
  }

 private:
  const SampleRows<T, C>& samples_;
  const AxisTaps<T>& y_;
  const AxisTaps<T>& x_;
  const T* weight_;
  std::int64_t width_;
  int first_;
  const SlotScratch& scratch_;
  std::int64_t next_ = 0;
  const T* ring_[max_taps] = {};
};

}  // namespace HWY_NAMESPACE
}  // namespace ptychopatch
HWY_AFTER_NAMESPACE();

#endif
