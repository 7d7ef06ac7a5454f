// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/lag_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ppatch {
namespace {

// Calls each(begin, end) for the columns of lags from first to last, which wrap once.
template <class Each>
void for_columns(const LagSurface& map, std::int64_t first, std::int64_t last, Each&& each) {
  if (first > last) return;
  if (first < 0) each(map.width + first, map.width + std::min<std::int64_t>(last, -1) + 1);
  if (last >= 0) each(std::max<std::int64_t>(first, 0), last + 1);
}

// Both surfaces are read once; what is asked of them later is mostly known from their rows'
// extremes.
class LagSearch {
 public:
  LagSearch(const LagSurface& cross, const LagSurface& phase, const std::int64_t range[2],
            const EstimateTools& tools)
      : cross_(cross), phase_(phase), range_{range[0], range[1]}, tools_(tools) {
    tools.arena->parallel_for(phase.height, [&](std::int64_t y, int) {
      if (y > range_[0] && y < phase_.height - range_[0]) return;
      LagRow row;
      for_columns(phase_, -range_[1], range_[1], [&](std::int64_t begin, std::int64_t end) {
        tools_.loops->lag_row(phase_.data + y * phase_.stride + begin, phase_.scale_x + begin,
                              cross_.data + y * cross_.stride + begin, phase_.share_x + begin,
                              end - begin, &row);
      });
      extremes(y) = row;
    });
  }

  // The largest scaled value by phase; of equal ones the first in order of dy, dx.
  LagValue largest_by_phase() const {
    return largest(phase_, phase_.scale_y, phase_.scale_x, &LagRow::phase_high);
  }
  LagValue largest_by_cross() const { return largest(cross_, nullptr, nullptr, &LagRow::cross); }

  // Elsewhere than at the peak: by phase.
  void look_elsewhere(double reach, SurfacePeaks& all) const {
    const auto whole = static_cast<std::int64_t>(reach);
    const double bound = significant_peak * std::sqrt(all.sums.square);
    for (std::int64_t dy = -range_[0]; dy <= range_[0]; ++dy) {
      const LagRow& row = extremes(phase_.row_of(dy));
      if (std::abs(dy - all.peak.dy) > whole) {
        const double value = scale_of(dy) * static_cast<double>(largest_size(row));
        all.other = std::max(all.other, value);
        if (value > bound) repeat_in(dy, -range_[1], range_[1], bound, all);
        continue;
      }
      const std::int64_t left = std::max(all.peak.dx - whole, -range_[1]);
      const std::int64_t right = std::min(all.peak.dx + whole, range_[1]);
      const LagRow near = extremes_of(dy, left, right);
      all.other = std::max(all.other, -scale_of(dy) * static_cast<double>(near.phase_low));
      for (const bool after : {false, true}) {
        const std::int64_t first = after ? right + 1 : -range_[1];
        const std::int64_t last = after ? range_[1] : left - 1;
        const LagRow part = extremes_of(dy, first, last);
        const double value = scale_of(dy) * static_cast<double>(largest_size(part));
        all.other = std::max(all.other, value);
        if (value > bound) repeat_in(dy, first, last, bound, all);
      }
    }
  }

  // Of the correlation's local maxima beyond `reach` from the peak that are above `least`: the
  // largest, times the shares of its row and column.
  LagValue highest_repeat(const LagValue& peak, double reach, double least) const {
    const auto whole = static_cast<std::int64_t>(reach);
    LagValue best{least, 0, 0};
    for (std::int64_t dy = -range_[0]; dy <= range_[0]; ++dy) {
      const std::int64_t y = cross_.row_of(dy);
      const auto share = static_cast<double>(phase_.share_y[y]);
      if (!(static_cast<double>(extremes(y).cross_shared) * share > best.value)) continue;
      const float* row = cross_.data + y * cross_.stride;
      for_columns(cross_, -range_[1], range_[1], [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t x = begin; x < end; ++x) {
          const double value =
              static_cast<double>(row[x]) * share * static_cast<double>(phase_.share_x[x]);
          if (!(value > best.value)) continue;
          if ((x > 0 && row[x - 1] > row[x]) || (x + 1 < cross_.width && row[x + 1] > row[x])) {
            continue;
          }
          const std::int64_t dx = 2 * x < cross_.width ? x : x - cross_.width;
          const bool near = std::abs(dy - peak.dy) <= whole && std::abs(dx - peak.dx) <= whole;
          if (!near && cross_.is_top(dy, dx)) best = {value, dy, dx};
        }
      });
    }
    return best.value > least ? best : LagValue();
  }

 private:
  // Rows, wrapped: as many doubles as the sums hold for each.
  LagRow& extremes(std::int64_t y) const {
    static_assert(sizeof(LagRow) <= trend_terms * sizeof(double));
    return reinterpret_cast<LagRow*>(tools_.sums)[y];
  }
  static float largest_size(const LagRow& row) { return std::max(row.phase_high, -row.phase_low); }
  double scale_of(std::int64_t dy) const {
    return static_cast<double>(phase_.scale_y[phase_.row_of(dy)]);
  }

  LagRow extremes_of(std::int64_t dy, std::int64_t first, std::int64_t last) const {
    const float* row = phase_.data + phase_.row_of(dy) * phase_.stride;
    LagRow out;
    out.phase_high = out.phase_low = 0.0F;
    for_columns(phase_, first, last, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t x = begin; x < end; ++x) {
        const float value = row[x] * phase_.scale_x[x];
        out.phase_high = std::max(out.phase_high, value);
        out.phase_low = std::min(out.phase_low, value);
      }
    });
    return out;
  }

  LagValue largest(const LagSurface& map, const float* scale_y, const float* scale_x,
                   float LagRow::*highest) const {
    LagValue best{-std::numeric_limits<double>::infinity(), 0, 0};
    for (std::int64_t dy = -range_[0]; dy <= range_[0]; ++dy) {
      const std::int64_t y = map.row_of(dy);
      const float high = extremes(y).*highest;
      const double value =
          static_cast<double>(high) * (scale_y ? static_cast<double>(scale_y[y]) : 1.0);
      if (!(value > best.value)) continue;
      for (std::int64_t dx = -range_[1]; dx <= range_[1]; ++dx) {
        const std::int64_t x = map.column_of(dx);
        if (map.data[y * map.stride + x] * (scale_x ? scale_x[x] : 1.0F) != high) continue;
        best = {value, dy, dx};
        break;
      }
    }
    return best;
  }

  // Those above the bound, times their shares.
  void repeat_in(std::int64_t dy, std::int64_t first, std::int64_t last, double bound,
                 SurfacePeaks& all) const {
    const std::int64_t y = phase_.row_of(dy);
    const auto share = static_cast<double>(phase_.share_y[y]);
    if (!(share > 0.0)) return;
    const auto least = static_cast<float>(bound / scale_of(dy));
    const float* row = phase_.data + y * phase_.stride;
    for_columns(phase_, first, last, [&](std::int64_t begin, std::int64_t end) {
      auto best = static_cast<float>(all.repeat.value / share);
      for (std::int64_t x = begin; x < end; ++x) {
        const float shared = row[x] * phase_.share_x[x];
        if (!(row[x] * phase_.scale_x[x] > least) || !(shared > best)) continue;
        best = shared;
        all.repeat = {static_cast<double>(best) * share, dy,
                      2 * x < phase_.width ? x : x - phase_.width};
      }
    });
  }

  LagSurface cross_, phase_;
  std::int64_t range_[2];
  const EstimateTools& tools_;
};

}  // namespace

void search_lags(const LagSurface& cross, const LagSurface& phase, const std::int64_t range[2],
                 const EstimateTools& tools, SurfacePeaks& peaks) {
  const LagSearch search(cross, phase, range, tools);
  choose_peak(cross, search.largest_by_cross(), phase, search.largest_by_phase(), peaks);
  if (!peaks.found) return;
  const double reach = surface_reach(peaks.sums);
  search.look_elsewhere(reach, peaks);
  // Nothing is asked of lower ones.
  const double least = suspicious_correlation * std::max(0.0, peaks.share * peaks.cross);
  peaks.correlation = search.highest_repeat(peaks.peak, reach, least);
}

}  // namespace ppatch
