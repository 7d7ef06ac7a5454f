// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_PATCH_ROWS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_PATCH_ROWS_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_PATCH_ROWS_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_PATCH_ROWS_INL_HPP_
#endif

#include <algorithm>

#include "cpu/patches/rows-inl.hpp"
#include "cpu/patches/slot_scratch.hpp"
#include "cpu/patches/stream_band-inl.hpp"
#include "kernels/patches/patch_problem.hpp"
#include "math/boundary.hpp"
#include "math/patches/patch_views.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Rows of samples of the extended image below one patch: `pixels` of them from column x0 on.
template <class P>
class SampleRows {
 public:
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  SampleRows(const PatchProblem& problem, const ImageView& image, std::int64_t slice,
             const AxisTaps<T>& x, std::int64_t* columns)
      : image_(image),
        slice_(slice),
        boundary_(problem.boundary),
        x0_(x.start),
        pixels_(problem.width + x.count - 1),
        inside_(x0_ >= 0 && x0_ + pixels_ <= image.width),
        columns_(columns) {
    if constexpr (!P::converts) {
      if (inside_ && image.height > 0 && image.stride_x == C) {
        corner_ = image.at<T>(slice, 0, x0_);
        row_step_ = image.stride_y;
      }
    }
    if (boundary_ == Boundary::constant) {
      for (int c = 0; c < C; ++c) outside_[c] = static_cast<T>(problem.constant[c]);
    }
    for (std::int64_t i = 0; i < pixels_ && !inside_; ++i) {
      columns_[i] = extended_index(boundary_, x0_ + i, image.width);
    }
  }

  std::int64_t pixels() const { return pixels_; }
  // Scalars from a row to the next where they are read in place, else 0.
  std::int64_t row_step() const { return row_step_; }

  // Whether rows [y, y + count) are read in place, row_step() apart.
  bool in_place(std::int64_t y, std::int64_t count) const {
    return row_step_ != 0 && y >= 0 && y + count <= image_.height;
  }

  // Row y where it is read in place.
  const T* place(std::int64_t y) const { return corner_ + y * row_step_; }

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
      return contiguous_row<P>(image_.at<S>(slice_, mapped, x0_), image_.stride_x, pixels_, buffer);
    }
    const S* from = image_.at<S>(slice_, mapped, 0);
    for (std::int64_t i = 0; i < pixels_; ++i) {
      for (int c = 0; c < C; ++c) {
        buffer[i * C + c] =
            columns_[i] < 0 ? outside_[c] : P::load(from[columns_[i] * image_.stride_x + c]);
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
  const T* corner_ = nullptr;  // row 0, where rows are read in place
  std::int64_t row_step_ = 0;
  std::int64_t* columns_;
  T outside_[2] = {};
};

template <class T, int Step, int X, int Y>
HWY_NOINLINE void sample_band(const T* weight_x, const T* weight_y, RowsAt<const T> in,
                              RowsAt<T> kept, RowsAt<T> out, std::int64_t n) {
  const EvenBand<T> band{in, kept, out};
  const Weights<T, X> x(weight_x);
  const Weights<T, Y> y(weight_y);
  PPATCH_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) {
    T row[Y - 1 + band_rows];
    filter_band<T, Step, X, Y>(x, band, i, row);
    for (int g = 0; g < band_rows; ++g) band.out[g][i] = weighted_sum(Y, y.w, row + g, 1);
    keep_rows<T, Y>(band, i, row);
  }
}

template <class T, int Step, int X>
HWY_NOINLINE void sample_row(const T* weight_x, const T* in, T* out, std::int64_t n) {
  const Weights<T, X> x(weight_x);
  PPATCH_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) out[i] = weighted_sum(X, x.w, in + i, Step);
}

// Rows of a patch, a band after the other: sample rows are filtered along x once, and kept while a
// later row still needs them. `first` names the first of the scratch rows that keep them.
template <class P>
class PatchRows {
 public:
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  PatchRows(const SampleRows<P>& samples, const PatchTaps<T>& taps, const T* weight_x,
            const T* weight_y, std::int64_t width, int first, const SlotScratch& scratch)
      : samples_(samples),
        taps_(taps),
        weight_x_(weight_x),
        weight_y_(weight_y),
        scalars_(width * C),
        scratch_(scratch),
        kept_(rows_at<T>(scratch, first)) {}

  // The next row is r.
  HWY_INLINE void seek(std::int64_t r) {
    next_ = taps_.y.start + r;
    for (int j = 0; j + 1 < taps_.y.count; ++j, ++next_) {
      const T* in = samples_.row(next_, scratch_.row<T>(source_row));
      with_taps(taps_.x.count, 1, [&](auto x, auto) HWY_ATTR {
        sample_row<T, C, x()>(weight_x_, in, kept_[j], scalars_);
      });
    }
  }

  // The sample row that the next band begins with, those kept left out.
  std::int64_t next_sample_row() const { return next_; }

  // The next band_rows rows.
  HWY_INLINE void next(RowsAt<T> to) {
    const RowsAt<const T> in = take_band();
    with_taps(taps_.x.count, taps_.y.count, [&](auto x, auto y) HWY_ATTR {
      sample_band<T, C, x(), y()>(weight_x_, weight_y_, in, kept_, to, scalars_);
    });
  }

  // The same past the caches, to rows that are whole cache lines.
  HWY_INLINE void stream_next(RowsAt<T> to) {
    const RowsAt<const T> in = take_band();
    with_taps(taps_.x.count, taps_.y.count, [&](auto x, auto y) HWY_ATTR {
      stream_band<T, C, x(), y()>(weight_x_, weight_y_, in, kept_, to, scalars_,
                                  band_rows * samples_.row_step());
    });
  }

#if PPATCH_HAS_ROW_LINES
  // The same, to rows that follow one another across lines.
  HWY_INLINE void stream_next_across(RowsAt<T> to, bool first, T* carried) {
    const RowsAt<const T> in = take_band();
    with_taps(taps_.x.count, taps_.y.count, [&](auto x, auto y) HWY_ATTR {
      stream_band_across<T, C, x(), y()>(weight_x_, weight_y_, in, kept_, to, scalars_,
                                         band_rows * samples_.row_step(), first, carried);
    });
  }
#endif

 private:
  // The band's sample rows, in place where all of them can be.
  HWY_INLINE RowsAt<const T> take_band() {
    const std::int64_t first = next_;
    next_ += band_rows;
    if (samples_.in_place(first, band_rows)) {
      return {samples_.place(first), samples_.row_step()};
    }
    const RowsAt<T> buffer = rows_at<T>(scratch_, source_row);
    for (int g = 0; g < band_rows; ++g) {
      const T* row = samples_.row(first + g, buffer[g]);
      if (row != buffer[g]) std::copy_n(row, samples_.pixels() * C, buffer[g]);
    }
    return {buffer.first, buffer.step};
  }

  const SampleRows<P>& samples_;
  const PatchTaps<T>& taps_;
  const T* weight_x_;
  const T* weight_y_;
  std::int64_t scalars_;
  const SlotScratch& scratch_;
  RowsAt<T> kept_;
  std::int64_t next_ = 0;  // the sample row that comes in next
};

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
