// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_EXTRACT_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_EXTRACT_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_EXTRACT_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_EXTRACT_INL_HPP_
#endif

#include <optional>
#include <span>

#include "cpu/patches/line_stream-inl.hpp"
#include "cpu/patches/patch_rows-inl.hpp"
#include "hwy/cache_control.h"
#include "kernels/patches/extract.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// out = probe * patch, for a row of pixels.
template <class T, int C>
HWY_INLINE void multiply_row(const T* HWY_RESTRICT probe, std::int64_t probe_stride,
                             const T* HWY_RESTRICT patch, T* HWY_RESTRICT out,
                             std::int64_t out_stride, std::int64_t pixels) {
  if (probe_stride == C && out_stride == C) {
    for (std::int64_t q = 0; q < pixels; ++q) {
      multiply<T, C>(probe + q * C, patch + q * C, out + q * C);
    }
    return;
  }
  for (std::int64_t q = 0; q < pixels; ++q) {
    multiply<T, C>(probe + q * probe_stride, patch + q * C, out + q * out_stride);
  }
}

// A patch on its way out, a band of rows at a time.
template <class P>
class PatchExtraction {
 public:
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  // n: which of the patches under way this is.
  PatchExtraction(const ExtractPixel<P>& job, const PatchNumber& number, Store store, int n,
                  const SlotScratch& scratch)
      : job_(job),
        number_(number),
        scratch_(scratch),
        taps_(sampling_patch_taps<T>(job.problem.interpolation, job.problem.origins[number.k])),
        samples_(job.problem, job.image, job.problem.image_of(number.m, number.k), taps_.x,
                 scratch.columns_of(n)),
        rows_(samples_, taps_, taps_.x.weight, taps_.y.weight, job.problem.width,
              kept_row + n * kept_rows, scratch),
        first_row_(job.out.template at<S>(number.m, number.k, 0)),
        stream_(first_row_) {
    constexpr std::int64_t line = LineStream<T>::line;
    const std::int64_t scalars = job.problem.width * C;
    if (!P::converts && !job.probe.data && job.out.stride_x == C) {
      way_ = Way::in_place;
      if (store == Store::streamed && job.out.stride_y == scalars) way_ = Way::composed_lines;
      const auto address = reinterpret_cast<std::uintptr_t>(first_row_);
      if (store == Store::streamed && scalars % line == 0 && job.out.stride_y % line == 0 &&
          address % 64 == 0) {
        way_ = Way::whole_lines;
      }
#if PPATCH_HAS_ROW_LINES
      if (way_ == Way::composed_lines && scalars % line == 0 && address % sizeof(T) == 0 &&
          job.problem.height % band_rows == 0) {
        way_ = Way::across_lines;
      }
#endif
    }
    rows_.seek(0);
  }

  PatchExtraction(const PatchExtraction&) = delete;
  PatchExtraction& operator=(const PatchExtraction&) = delete;

  // The sample row that the next band begins with; none comes after the last band.
  std::int64_t next_sample_row() const {
    return r_ < job_.problem.height ? rows_.next_sample_row() : INT64_MAX;
  }

  void next_band() {
    const auto count = static_cast<int>(HWY_MIN(job_.problem.height - r_, std::int64_t{band_rows}));
    if (way_ != Way::composed_lines && (count < band_rows || way_ == Way::through_values)) {
      const RowsAt<T> values = rows_at<T>(scratch_, value_row);
      rows_.next(values);
      for (int g = 0; g < count; ++g) store(values[g], r_ + g);
      r_ += count;
    } else if constexpr (!P::converts) {
      write_band(count);
    }
#if PPATCH_HAS_ROW_LINES
    if constexpr (!P::converts) {
      if (way_ == Way::across_lines && r_ == job_.problem.height) finish_across(carried_, row(r_));
    }
#endif
  }

 private:
  enum class Way {
    through_values,  // with a probe, a conversion, or to pixels that are not contiguous
    in_place,        // through the caches
    composed_lines,  // past the caches, for rows that follow one another
    across_lines,    // the same, for rows as long as whole lines
    whole_lines      // past the caches, for rows of whole lines
  };

  // The next `count` rows to where they belong.
  HWY_INLINE void write_band(int count) {
    const RowsAt<T> to{row(r_), job_.out.stride_y};
    if (way_ == Way::composed_lines) {
      compose_band(count);
    } else if (way_ == Way::whole_lines) {
      rows_.stream_next(to);
#if PPATCH_HAS_ROW_LINES
    } else if (way_ == Way::across_lines) {
      rows_.stream_next_across(to, r_ == 0, carried_);
#endif
    } else {
      rows_.next(to);
    }
    r_ += count;
  }

  // The next `count` rows, their lines put together before they are stored.
  void compose_band(int count) {
    const std::int64_t n = job_.problem.width * C;
    T* staging = scratch_.row<T>(value_row);
    rows_.next({stream_.compose(staging), n});
    stream_.push(staging, count * n);
    if (r_ + count == job_.problem.height) stream_.finish();
  }

  S* row(std::int64_t r) const { return first_row_ + r * job_.out.stride_y; }

  void store(const T* value, std::int64_t r) const {
    const PatchView& out = job_.out;
    if (!job_.probe.data) {
      return store_row<P>(value, row(r), out.stride_x, job_.problem.width);
    }
    for (std::int64_t mode = 0; mode < out.modes; ++mode) {
      const S* probe = job_.probe.template at<S>(number_.k, mode) + r * job_.probe.stride_y;
      S* wave = out.template at<S>(number_.m, number_.k, mode) + r * out.stride_y;
      const std::int64_t w = job_.problem.width;
      if constexpr (P::converts) {
        const T* row =
            contiguous_row<P>(probe, job_.probe.stride_x, w, scratch_.row<T>(cotangent_row));
        T* product = scratch_.row<T>(second_row);
        multiply_row<T, C>(row, C, value, product, C, w);
        store_row<P>(product, wave, out.stride_x, w);
      } else {
        multiply_row<T, C>(probe, job_.probe.stride_x, value, wave, out.stride_x, w);
      }
    }
  }

  alignas(64) T carried_[line_scalars<T>] = {};  // across lines: the last row's end
  const ExtractPixel<P>& job_;
  PatchNumber number_;
  const SlotScratch& scratch_;
  PatchTaps<T> taps_;
  SampleRows<P> samples_;
  PatchRows<P> rows_;
  S* first_row_;
  LineStream<S> stream_;
  Way way_ = Way::through_values;
  std::int64_t r_ = 0;
};

// Patches that follow one another, and so stand near each other, are worked side by side down the
// image: its rows come into the first cache once for all of them.
template <class P>
void extract_patches(const ExtractPixel<P>& job, std::span<const PatchNumber> patches, Store store,
                     const SlotScratch& scratch) {
  std::optional<PatchExtraction<P>> under_way[patches_abreast];
  for (std::size_t first = 0; first < patches.size(); first += patches_abreast) {
    const auto count =
        static_cast<int>(HWY_MIN(patches.size() - first, std::size_t{patches_abreast}));
    for (int n = 0; n < count; ++n) {
      under_way[n].emplace(job, patches[first + static_cast<std::size_t>(n)], store, n, scratch);
    }
    for (;;) {
      std::int64_t highest = INT64_MAX;
      for (int n = 0; n < count; ++n) highest = HWY_MIN(highest, under_way[n]->next_sample_row());
      if (highest == INT64_MAX) break;
      for (int n = 0; n < count; ++n) {
        auto& one = *under_way[n];
        if (one.next_sample_row() < highest + band_rows) one.next_band();
      }
    }
  }
  if (store == Store::streamed) hwy::FlushStream();
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
