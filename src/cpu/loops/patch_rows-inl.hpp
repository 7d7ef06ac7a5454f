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
        buffer[i * C + c] = columns_[i] < 0 ? outside_[c] : from[columns_[i] * image_.stride_x + c];
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

// Rows of a patch, one after the other: sample rows are filtered along x once and kept while a
// later row still needs them. `first` names the first of the scratch rows that keep them.
template <class T, int C>
class PatchRows {
 public:
  PatchRows(const SampleRows<T, C>& samples, const PatchTaps<T>& taps, const T* weight_x,
            const T* weight_y, std::int64_t width, int first, const SlotScratch& scratch)
      : samples_(samples),
        taps_(taps),
        weight_x_(weight_x),
        weight_y_(weight_y),
        scalars_(width * C),
        source_(scratch.row<T>(source_row)),
        // A slope may be a single tap that is not 1.
        filters_(taps.x.count > 1 || weight_x[0] != T(1)) {
    for (int i = 0; i < max_taps; ++i) keep_[i] = scratch.row<T>(first + i);
  }

  // The next row is r.
  HWY_INLINE void seek(std::int64_t r) {
    next_ = taps_.y.start + r;
    for (int i = 0; i + 1 < taps_.y.count; ++i) rows_[i] = filtered(next_ + i, keep_[i]);
    next_ += taps_.y.count - 1;
  }

  HWY_INLINE void next(T* HWY_RESTRICT out) {
    const int last = taps_.y.count - 1;
    T* slot = keep_[last];
    if (filters_ && taps_.x.count == taps_.y.count) {
      const T* in = samples_.row(next_, source_);
      filter_and_combine<T, C, false, false>(taps_.x.count, weight_x_, in, slot, weight_y_, rows_,
                                             out, scalars_);
      rows_[last] = slot;
    } else {
      rows_[last] = filtered(next_, slot);
      combine_rows<T, false>(taps_.y.count, weight_y_, rows_, out, scalars_);
    }
    T* oldest = keep_[0];
    for (int i = 0; i < last; ++i) {
      rows_[i] = rows_[i + 1];
      keep_[i] = keep_[i + 1];
    }
    keep_[last] = oldest;
    ++next_;
  }

 private:
  HWY_INLINE const T* filtered(std::int64_t y, T* slot) const {
    if (!filters_) return samples_.row(y, slot);
    filter_row<T, C>(taps_.x.count, weight_x_, samples_.row(y, source_), slot, scalars_);
    return slot;
  }

  const SampleRows<T, C>& samples_;
  const PatchTaps<T>& taps_;
  const T* weight_x_;
  const T* weight_y_;
  std::int64_t scalars_;
  T* source_;
  bool filters_;
  std::int64_t next_ = 0;         // the sample row that comes in next
  const T* rows_[max_taps] = {};  // in the order of the taps
  T* keep_[max_taps] = {};
};

}  // namespace HWY_NAMESPACE
}  // namespace ptychopatch
HWY_AFTER_NAMESPACE();

#endif
