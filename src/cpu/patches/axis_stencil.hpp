// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/patches/patch_taps.hpp"
#include "math/boundary.hpp"

namespace ppatch {

// What one patch contributes to the normal equations along one axis: with A its samples of that
// axis, the band A* A and A* applied to ones. Both axes' bands multiply to the patch's own A* A,
// for taps and boundary modes are separable.
struct AxisStencil {
  // Entry d of sample i, what it shares with sample i + d, is at band[(d + reach) * stride + i];
  // likewise coverage[i]. Both count from the first sample that was asked for.
  double* band = nullptr;
  double* coverage = nullptr;
  std::int64_t stride = 0;
  int reach = 0;                    // of the kernel: one less than it has taps
  std::int64_t begin = 0, end = 0;  // the samples that the patch touches, of those asked for

  double at(int d, std::int64_t i) const { return band[(d + reach) * stride + i]; }
};

// An axis of a patch: `size` pixels, which sample the axis of n image pixels.
struct StencilAxis {
  AxisTaps<double> taps;
  Boundary boundary = Boundary::zero;
  std::int64_t size = 0, n = 0;

  std::int64_t extent() const { return size + taps.count - 1; }
  bool folded() const { return is_folded(boundary, taps.start, extent(), n); }

  // What extended coordinates start + e and start + e + d have in common: the sum over the patch's
  // pixels of the product of their weights.
  double product(std::int64_t e, int d) const {
    double sum = 0.0;
    for (int j = std::max(0, -d); j < std::min(taps.count, taps.count - d); ++j) {
      if (e - j >= 0 && e - j < size) sum += taps.weight[j] * taps.weight[j + d];
    }
    return sum;
  }
  double weight_sum(std::int64_t e) const {
    double sum = 0.0;
    for (int j = 0; j < taps.count; ++j) {
      if (e - j >= 0 && e - j < size) sum += taps.weight[j];
    }
    return sum;
  }

  // Fills `out` for the samples [first, last), and says which of them the patch touches.
  void fill(std::int64_t first, std::int64_t last, AxisStencil& out) const {
    if (folded()) return fill_folded(first, last, out);
    const int reach = taps.count - 1;
    const std::int64_t begin = std::max(first, taps.start);
    const std::int64_t end = std::max(begin, std::min(last, taps.start + extent()));
    out.begin = begin - first;
    out.end = end - first;
    // Between its ends a patch gives the same to every sample.
    const std::int64_t inner = std::clamp(taps.start + reach, begin, end);
    const std::int64_t outer = std::clamp(taps.start + size, inner, end);
    const auto each_end = [&](auto&& set) {
      for (std::int64_t i = begin; i < inner; ++i) set(i - first, i - taps.start);
      for (std::int64_t i = outer; i < end; ++i) set(i - first, i - taps.start);
    };
    for (int d = -reach; d <= reach; ++d) {
      double* const to = out.band + (d + out.reach) * out.stride;
      each_end([&](std::int64_t i, std::int64_t e) { to[i] = product(e, d); });
      if (inner < outer) std::fill(to + inner - first, to + outer - first, product(reach, d));
    }
    each_end([&](std::int64_t i, std::int64_t e) { out.coverage[i] = weight_sum(e); });
    if (inner < outer) {
      std::fill(out.coverage + inner - first, out.coverage + outer - first, weight_sum(reach));
    }
  }

 private:
  void fill_folded(std::int64_t first, std::int64_t last, AxisStencil& out) const {
    const std::int64_t count = last - first;
    const int reach = taps.count - 1;
    out.begin = 0;
    out.end = count;
    for (int d = -reach; d <= reach; ++d) {
      std::fill_n(out.band + (d + out.reach) * out.stride, count, 0.0);
    }
    std::fill_n(out.coverage, count, 0.0);
    for (std::int64_t e = 0; e < extent(); ++e) {
      const std::int64_t i = extended_index(boundary, taps.start + e, n);
      if (i < first || i >= last) continue;
      out.coverage[i - first] += weight_sum(e);
      for (int d = -reach; d <= reach; ++d) {
        if (e + d < 0 || e + d >= extent()) continue;
        // Folding brings coordinates together, never apart, but for wrap, whose neighbours stay.
        const std::int64_t other = extended_index(boundary, taps.start + e + d, n);
        const std::int64_t apart = boundary == Boundary::wrap ? d : other - i;
        out.band[(apart + out.reach) * out.stride + i - first] += product(e, d);
      }
    }
  }
};

}  // namespace ppatch
