// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_SPREAD_LINES_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_SPREAD_LINES_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_SPREAD_LINES_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_SPREAD_LINES_INL_HPP_
#endif

#include "cpu/patches/lines_ahead-inl.hpp"
#include "cpu/patches/row_lines-inl.hpp"
#include "cpu/patches/spread-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

#if PPATCH_HAS_ROW_LINES

// Which lanes of a vector at a row's end are there: those of the line that comes in, and those of
// the sum.
template <class T>
struct EndLanes {
  hwy::HWY_NAMESPACE::Mask<hwy::HWY_NAMESPACE::ScalableTag<T>> line, sum;
};

// What spread_bands does, for kernels of one or two taps an axis, from the rows' own lines. One row
// at a time is what the processor's own prefetching follows best.
template <class T, int Step, int X, int Y>
class LineSpreader {
 public:
  LineSpreader(const T* weight_x, const T* weight_y, const RowSpan& span, const T* row)
      : x_(weight_x), y_(weight_y), span_(span), first_(first_lane(row, span.begin, X)) {}

  // Whether both taps of a vector lie on two lines.
  bool possible() const { return first_ >= (X - 1) * Step; }

  // Adds `rows` rows of a patch from `in` on, and then `zero_rows` of zeros, to as many rows of
  // sums. has_before: whether the patch has a row before `in`. kept: room for a row, filtered along
  // x. Steps are in scalars.
  template <class Ahead>
  HWY_NOINLINE void add(const T* in, std::int64_t in_step, bool has_before, T* out,
                        std::int64_t out_step, std::int64_t rows, std::int64_t zero_rows, T* kept,
                        Ahead& ahead) const {
    namespace hn = hwy::HWY_NAMESPACE;
    const hn::ScalableTag<T> d;
    const LanesFrom<T> tap0(first_), tap1(first_ - (X - 1) * Step);
    const Vector x0 = hn::Set(d, x_.w[0]), x1 = hn::Set(d, x_.w[X - 1]);
    const Vector y0 = hn::Set(d, y_.w[0]), y1 = hn::Set(d, y_.w[Y - 1]);
    // Where the lines that a vector reads, and its own scalars, are all the patch's.
    const std::int64_t from = HWY_MAX(span_.first, span_.row_begin + first_ - lanes);
    const std::int64_t inner = HWY_MIN((from + lanes - 1) / lanes * lanes, span_.end);
    const std::int64_t to = HWY_MIN(span_.last, span_.row_end + first_ - lanes) / lanes * lanes;
    const std::int64_t outer = HWY_MAX(inner, HWY_MIN(to, span_.end));
    const auto first_line = lanes_of(span_.begin - first_);
    EndLanes<T> ends[max_ends];
    int end_count = 0;
    for (std::int64_t v = span_.begin; v < span_.end; v += lanes) {
      if (v >= inner && v < outer) continue;
      ends[end_count++] = {lanes_of(v - first_ + lanes),
                           part_of_vector<T>(v, span_.first, span_.last)};
    }

    // By value: what is written through pointers might be theirs, for all that the compiler knows.
    const std::int64_t begin = span_.begin, end = span_.end;
    const std::int64_t next_line = lanes - first_;
    const auto add_row = [=, &ends](auto there, auto first, const T* row_in, T* sums,
                                    LinesAhead next) HWY_ATTR {
      constexpr bool There = decltype(there)::value;  // or zeros
      constexpr bool First = decltype(first)::value;  // nothing to be added yet
      const T* lines = row_in + next_line;
      Vector low = hn::Zero(d);
      if constexpr (There) low = hn::MaskedLoad(first_line, d, lines + begin - lanes);
      const auto step = [&](std::int64_t v, const EndLanes<T>* part) HWY_ATTR {
        next.template prefetch<1>();
        Vector high = hn::Zero(d);
        if constexpr (There) {
          high = part ? hn::MaskedLoad(part->line, d, lines + v) : hn::Load(d, lines + v);
        }
        Vector row = hn::Mul(x0, tap0.of(low, high));
        if constexpr (X > 1) row = hn::MulAdd(x1, tap1.of(low, high), row);
        low = high;
        if constexpr (!First) {
          Vector term = hn::Mul(y0, row);
          if constexpr (Y > 1) term = hn::MulAdd(y1, hn::LoadU(d, kept + v), term);
          const Vector sum = hn::Add(hn::LoadU(d, sums + v), term);
          if (part) {
            hn::BlendedStore(sum, part->sum, d, sums + v);
          } else {
            hn::StoreU(sum, d, sums + v);
          }
        }
        if constexpr (Y > 1) hn::StoreU(row, d, kept + v);
      };
      const EndLanes<T>* part = ends;
      std::int64_t v = begin;
      for (; v < inner; v += lanes) step(v, part++);
      // Two at a time: one's high line is the other's low one, in the register where it is.
      for (; v + lanes < outer; v += 2 * lanes) {
        step(v, nullptr);
        step(v + lanes, nullptr);
      }
      for (; v < outer; v += lanes) step(v, nullptr);
      for (; v < end; v += lanes) step(v, part++);
      return next;
    };
    constexpr std::true_type yes;
    constexpr std::false_type no;
    LinesAhead upcoming = ahead.lines;
    if (upcoming.done()) upcoming = ahead.next();
    if constexpr (Y > 1) {
      if (has_before) {
        upcoming = add_row(yes, yes, in - in_step, static_cast<T*>(nullptr), upcoming);
      } else {
        upcoming = add_row(no, yes, in, static_cast<T*>(nullptr), upcoming);
      }
    }
    for (; rows > 0; --rows, in += in_step, out += out_step) {
      if (upcoming.done()) upcoming = ahead.next();
      upcoming = add_row(yes, no, in, out, upcoming);
    }
    for (; zero_rows > 0; --zero_rows, out += out_step) {
      upcoming = add_row(no, no, in, out, upcoming);
    }
    ahead.lines = upcoming;
  }

 private:
  static constexpr std::int64_t lanes = vector_lanes<T>;
  // One at the row's begin, and at its end those of the taps' reach, of the line that a vector
  // lacks and of the last scalars.
  static constexpr int max_ends = 5;
  using Vector = LineVector<T>;

  auto lanes_of(std::int64_t i) const {
    return part_of_vector<T>(i, span_.row_begin, span_.row_end);
  }

  Weights<T, X> x_;
  Weights<T, Y> y_;
  const RowSpan& span_;
  std::int64_t first_;
};

#endif  // PPATCH_HAS_ROW_LINES

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
