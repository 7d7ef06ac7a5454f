// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <type_traits>

#include "cuda/runtime/block.hpp"
#include "kernels/registration/conditioning.hpp"
#include "kernels/registration/scene_image.hpp"

namespace ppatch {

template <class T>
PPATCH_HD double origin_of(const ScenePixels& pixels) {
  return sums_origin(static_cast<double>(*pixels.row<T>(0)));
}

// Sums over bands of 64 rows: a block owns a band, a thread every 24th pixel of a row, so that it
// stays within a column of the period. Rows are added up in order, and lanes within them.
template <class T>
struct SceneBandSums {
  static constexpr int lanes = 24;  // a multiple of every period
  static constexpr int batch = 16;  // rows at a time
  static constexpr int ahead = 8;   // pixels that are on their way to a thread
  static constexpr int threads = lanes * batch;
  static constexpr int band = 64;  // rows
  static_assert(threads >= CfaPhaseSum::count);

  struct Lane {
    double count, sum, square, min, max, finite;
  };
  struct Shared {
    int rows;
    int row[band];  // of the band, those looked at
    int phase_y[band];
    Lane lane[batch][lanes];
  };
  struct Private {
    double total;
  };

  ScenePixels pixels;
  ConditioningRules rules;
  std::int64_t every = 1;                // of every n-th period the rows
  const std::int32_t* wanted = nullptr;  // where there is one, it says whether to look at all
  CfaPhaseSums* sums = nullptr;          // of each band

  std::int64_t blocks() const { return blocks_over(pixels.height, band); }
  PPATCH_HD std::int64_t steps(std::int64_t) const {
    return wanted && *wanted == 0 ? 0 : 2 + 2 * (band / batch);
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    if (n == 0) {
      own.total = at.thread < CfaPhaseSum::count ? CfaPhaseSum::start(at.thread) : 0.0;
      if (at.thread == 0) list_rows(at.block * band, shared);
      return;
    }
    const auto first = static_cast<int>(n - 1) / 2 * batch;
    if (first >= band) {
      if (at.thread < CfaPhaseSum::count) CfaPhaseSum::at(sums[at.block], at.thread) = own.total;
    } else if (n % 2 == 1) {
      const int i = at.thread / lanes;
      if (first + i < shared.rows) {
        const std::int64_t y = at.block * band + shared.row[first + i];
        const int l = at.thread % lanes;
        if constexpr (std::is_integral_v<T>) {
          sum_integers(y, l, shared.lane[i][l]);
        } else {
          sum_row(y, l, shared.lane[i][l]);
        }
      }
    } else if (at.thread < CfaPhaseSum::count) {
      add_rows(at, first, shared, own);
    }
  }

 private:
  PPATCH_HD void list_rows(std::int64_t first, Shared& shared) const {
    shared.rows = 0;
    PPATCH_ROLLED
    for (int i = 0; i < band && first + i < pixels.height; ++i) {
      const auto y = static_cast<std::uint32_t>(first + i);
      const auto period = static_cast<std::uint32_t>(rules.period);
      if (y / period % static_cast<std::uint32_t>(every) != 0) continue;
      shared.row[shared.rows] = i;
      shared.phase_y[shared.rows++] = static_cast<int>(y % period);
    }
  }

  PPATCH_HD void sum_row(std::int64_t y, int lane, Lane& to) const {
    const double origin = origin_of<T>(pixels);
    const double bound = rules.clips ? rules.white : no_bound;
    const T* row = pixels.row<T>(y);
    double sum = 0.0;
    double square = 0.0;
    double min = no_bound;
    double max = -no_bound;
    std::int32_t count = 0;
    bool finite = true;
    PPATCH_ROLLED
    for (std::int64_t x = lane; x < pixels.width; x += lanes * ahead) {
      T value[ahead];
      for (int k = 0; k < ahead; ++k) {
        const std::int64_t at = x + k * lanes;
        value[k] = at < pixels.width ? row[at * pixels.stride_x] : T(0);
      }
      for (int k = 0; k < ahead; ++k) {
        const std::int64_t at = x + k * lanes;
        const auto number = static_cast<double>(value[k]);
        finite = finite && number - number == 0.0;
        const bool in = at < pixels.width && number < bound && !pixels.masked(y, at);
        const double centred = in ? number - origin : 0.0;
        count += in ? 1 : 0;
        sum += centred;
        square += centred * centred;
        min = in && number < min ? number : min;
        max = in && number > max ? number : max;
      }
    }
    to = {static_cast<double>(count), sum, square, min, max, finite ? 1.0 : 0.0};
  }

  // The same sums, which integers make exact in any order. Only images without a mosaic ask for
  // squares.
  PPATCH_HD void sum_integers(std::int64_t y, int lane, Lane& to) const {
    constexpr std::int32_t beyond = 65536;
    const auto origin = static_cast<std::int32_t>(origin_of<T>(pixels));
    const double bound = rules.clips ? std::ceil(rules.white) : double{beyond};
    const std::int32_t limit = bound < -beyond  ? -beyond
                               : bound < beyond ? static_cast<std::int32_t>(bound)
                                                : beyond;
    const auto width = static_cast<std::int32_t>(pixels.width);
    const T* row = pixels.row<T>(y);
    std::int64_t sum = 0;
    std::int64_t square = 0;
    std::int32_t min = beyond;
    std::int32_t max = -beyond;
    std::int32_t count = 0;
    PPATCH_ROLLED
    for (std::int32_t x = lane; x < width; x += lanes * ahead) {
      T value[ahead];
      std::int32_t some = 0;
      for (int k = 0; k < ahead; ++k) {
        const std::int32_t at = x + k * lanes;
        value[k] = at < width ? row[at * pixels.stride_x] : T(0);
      }
      for (int k = 0; k < ahead; ++k) {
        const std::int32_t at = x + k * lanes;
        const std::int32_t number = value[k];
        const bool in = at < width && number < limit && !pixels.masked(y, at);
        const std::int32_t centred = in ? number - origin : 0;
        count += in ? 1 : 0;
        some += centred;
        if (rules.period == 1) square += std::int64_t{centred} * centred;
        min = in && number < min ? number : min;
        max = in && number > max ? number : max;
      }
      sum += some;
    }
    to = {static_cast<double>(count),
          static_cast<double>(sum),
          static_cast<double>(square),
          no_bound,
          -no_bound,
          1.0};
    if (count == 0) return;
    to.min = static_cast<double>(min);
    to.max = static_cast<double>(max);
  }

  // A thread's sum over what belongs to its CFA phase.
  PPATCH_HD void add_rows(const BlockThread& at, int first, const Shared& shared,
                          Private& own) const {
    const int period = rules.period;
    const int i = at.thread;
    const bool is_finite = i == CfaPhaseSum::count - 1;
    const bool is_pixels = i == CfaPhaseSum::count - 2;
    const int phase = i % max_cfa_phases;
    const int left = shared.rows - first;
    if (std::is_integral_v<T> && is_finite) return;
    PPATCH_ROLLED
    for (int r = 0; r < batch && r < left; ++r) {
      if (is_pixels) {
        own.total += static_cast<double>(pixels.width);
        continue;
      }
      if (!is_finite && shared.phase_y[first + r] != phase / period) continue;
      PPATCH_ROLLED
      for (int l = is_finite ? 0 : phase % period; l < lanes; l += is_finite ? 1 : period) {
        const Lane& lane = shared.lane[r][l];
        const double value = is_finite                                     ? lane.finite
                             : CfaPhaseSum::kind(i) == CfaPhaseSum::number ? lane.count
                             : CfaPhaseSum::kind(i) == CfaPhaseSum::sum    ? lane.sum
                             : CfaPhaseSum::kind(i) == CfaPhaseSum::square ? lane.square
                             : CfaPhaseSum::kind(i) == CfaPhaseSum::min    ? lane.min
                                                                           : lane.max;
        own.total = CfaPhaseSum::joined(i, own.total, value);
      }
    }
  }
};

// How pixels are conditioned, from the bands' sums, by one block.
template <class T>
struct SceneFindConditioning {
  static constexpr int threads = 192;
  static constexpr int ahead = 6;  // bands whose sums are on their way to a thread
  static_assert(threads >= CfaPhaseSum::count);
  struct Shared {
    CfaPhaseSums all;
  };
  using Private = Nothing;

  ScenePixels pixels;
  ConditioningRules rules;
  bool repairs = false;
  const CfaPhaseSums* sums = nullptr;
  std::int64_t bands = 0;
  // A first look leaves here whether a second one, at all pixels, is wanted; the second one reads
  // it.
  std::int32_t* look_again = nullptr;
  bool is_second_look = false;
  Conditioning* conditioning = nullptr;
  SceneImageState* state = nullptr;

  static std::int64_t blocks() { return 1; }
  PPATCH_HD std::int64_t steps(std::int64_t) const {
    return is_second_look && *look_again == 0 ? 0 : 2;
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const int i = at.thread;
    if (n == 0) {
      if (i >= CfaPhaseSum::count) return;
      const auto* const from = reinterpret_cast<const double*>(sums) + i;
      double total = from[0];
      PPATCH_ROLLED
      for (std::int64_t b = 1; b < bands; b += ahead) {
        double some[ahead];
        for (int k = 0; k < ahead; ++k) {
          some[k] = b + k < bands ? from[(b + k) * CfaPhaseSum::count] : CfaPhaseSum::start(i);
        }
        for (int k = 0; k < ahead; ++k) {
          if (b + k < bands) total = CfaPhaseSum::joined(i, total, some[k]);
        }
      }
      CfaPhaseSum::at(shared.all, i) = total;
    } else if (i == 0) {
      if (look_again && !is_second_look) *look_again = is_suspicious(shared.all, rules.period);
      find_conditioning(shared.all, origin_of<T>(pixels), rules, conditioning);
      conditioning->repairs = repairs;
      state->status = conditioning->status;
      state->flags = 0;
    }
  }
};

}  // namespace ppatch
