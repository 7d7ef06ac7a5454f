// SPDX-License-Identifier: Apache-2.0
// Included once for each SIMD level: no include guard beyond Highway's own.
#if defined(PTYCHOPATCH_CPU_REGISTRATION_SCENE_PLANE_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_REGISTRATION_SCENE_PLANE_INL_HPP_
#undef PTYCHOPATCH_CPU_REGISTRATION_SCENE_PLANE_INL_HPP_
#else
#define PTYCHOPATCH_CPU_REGISTRATION_SCENE_PLANE_INL_HPP_
#endif

#include <cstdint>

#include "cpu/lanes-inl.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
// Included by one unit, once for each level.
// NOLINTBEGIN(misc-definitions-in-headers)

constexpr std::int64_t scene_block = 64;
constexpr std::int64_t scene_lanes = 8;

// sum[i mod 8] += value[i]; n is at most scene_block. A block is summed in single precision: its
// rounding is far below the values' own noise.
HWY_INLINE void add_to_lanes(double* HWY_RESTRICT sum, const float* HWY_RESTRICT value,
                             std::int64_t n) {
  float part[scene_lanes] = {};
  std::int64_t i = 0;
  for (; i + scene_lanes <= n; i += scene_lanes) {
    for (std::int64_t l = 0; l < scene_lanes; ++l) part[l] += value[i + l];
  }
  for (std::int64_t l = 0; i < n; ++i, ++l) part[l] += value[i];
  for (std::int64_t l = 0; l < scene_lanes; ++l) sum[l] += static_cast<double>(part[l]);
}

HWY_INLINE double sum_of_lanes(const double* sum) {
  return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

// Sums of a few vectors at a time stay in registers while the taps go by.
template <int Vectors>
HWY_INLINE std::int64_t accumulate_vectors(const float* taps, int count, const float* const* rows,
                                           float* HWY_RESTRICT out, std::int64_t i,
                                           std::int64_t n) {
  const hwy::HWY_NAMESPACE::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hwy::HWY_NAMESPACE::Lanes(d));
  for (; i + Vectors * lanes <= n; i += Vectors * lanes) {
    hwy::HWY_NAMESPACE::Vec<decltype(d)> sum[Vectors];
    for (int v = 0; v < Vectors; ++v) sum[v] = hwy::HWY_NAMESPACE::Zero(d);
    for (int t = 0; t < count; ++t) {
      const auto weight = hwy::HWY_NAMESPACE::Set(d, taps[t]);
      const float* row = rows[t] + i;
      for (int v = 0; v < Vectors; ++v) {
        const auto value = hwy::HWY_NAMESPACE::LoadU(d, row + v * lanes);
        sum[v] = multiply_add_lanes(weight, value, sum[v]);
      }
    }
    for (int v = 0; v < Vectors; ++v) hwy::HWY_NAMESPACE::StoreU(sum[v], d, out + i + v * lanes);
  }
  return i;
}

HWY_INLINE void accumulate_taps(const float* taps, int count, const float* const* rows, float* out,
                                std::int64_t n) {
  constexpr std::int64_t lanes = vector_lanes<float>;
  std::int64_t i = accumulate_vectors<8>(taps, count, rows, out, 0, n);
  i = accumulate_vectors<4>(taps, count, rows, out, i, n);
  i = accumulate_vectors<1>(taps, count, rows, out, i, n);
  // The last vector may do again what another has done.
  if (i < n && n >= lanes) i = accumulate_vectors<1>(taps, count, rows, out, n - lanes, n);
  for (; i < n; ++i) {
    float sum = 0.0F;
    for (int t = 0; t < count; ++t) sum = multiply_add(taps[t], rows[t][i], sum);
    out[i] = sum;
  }
}

// Taps between as many zeros as let each of decimation_rows sums read every row that any of them
// needs: what is read for one sum serves the next ones too. Zeros leave a sum's bits as they are.
class SpreadTaps {
 public:
  HWY_INLINE SpreadTaps(const float* taps, int count, int step)
      : step_(step), rows_(count + step * (decimation_rows - 1)) {
    for (int t = 0; t < count; ++t) tap_[rows_ - count + t] = taps[t];
  }

  int rows() const { return rows_; }

  // Two vectors of each of the sums, from row(r) to out(q).
  template <class Row, class Out>
  HWY_INLINE void sum_vectors(Row&& row, Out&& out) const {
    namespace hn = hwy::HWY_NAMESPACE;
    const hn::ScalableTag<float> d;
    const auto lanes = hn::Lanes(d);
    hn::Vec<decltype(d)> a[decimation_rows];
    hn::Vec<decltype(d)> b[decimation_rows];
    for (int q = 0; q < decimation_rows; ++q) a[q] = b[q] = hn::Zero(d);
    const float* tap = tap_ + step_ * (decimation_rows - 1);
    for (int r = 0; r < rows_; ++r) {
      const auto first = hn::LoadU(d, row(r));
      const auto second = hn::LoadU(d, row(r) + lanes);
      for (int q = 0; q < decimation_rows; ++q) {
        const auto weight = hn::Set(d, tap[r - step_ * q]);
        a[q] = multiply_add_lanes(weight, first, a[q]);
        b[q] = multiply_add_lanes(weight, second, b[q]);
      }
    }
    for (int q = 0; q < decimation_rows; ++q) {
      hn::StoreU(a[q], d, out(q));
      hn::StoreU(b[q], d, out(q) + lanes);
    }
  }

 private:
  static constexpr int max_step = 3;
  int step_, rows_;
  float tap_[decimation_taps + 2 * max_step * (decimation_rows - 1)] = {};
};

HWY_NOINLINE void combine_rows(const float* taps, int count, int step, const float* const* rows,
                               int outs, float* const* out, std::int64_t n) {
  std::int64_t i = 0;
  if (outs == decimation_rows) {
    const SpreadTaps spread(taps, count, step);
    constexpr std::int64_t together = 2 * vector_lanes<float>;
    for (; i + together <= n; i += together) {
      spread.sum_vectors([&](int r) HWY_ATTR { return rows[r] + i; },
                         [&](int q) HWY_ATTR { return out[q] + i; });
    }
  }
  for (int q = 0; q < outs; ++q) {
    const float* from[decimation_taps];
    for (int t = 0; t < count; ++t) from[t] = rows[step * q + t] + i;
    accumulate_taps(taps, count, from, out[q] + i, n - i);
  }
}

template <int Outs, int Vectors>
HWY_INLINE std::int64_t project_vectors(const float* rows, std::int64_t stride, std::int64_t count,
                                        const float* weights, float* out, std::int64_t i,
                                        std::int64_t n) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (; i + Vectors * lanes <= n; i += Vectors * lanes) {
    hn::Vec<decltype(d)> sum[Outs * Vectors];
    for (int s = 0; s < Outs * Vectors; ++s) sum[s] = hn::Zero(d);
    for (std::int64_t r = 0; r < count; ++r) {
      for (int v = 0; v < Vectors; ++v) {
        const auto value = hn::LoadU(d, rows + r * stride + i + v * lanes);
        for (int q = 0; q < Outs; ++q) {
          auto& to = sum[q * Vectors + v];
          to = multiply_add_lanes(hn::Set(d, weights[q * count + r]), value, to);
        }
      }
    }
    for (int q = 0; q < Outs; ++q) {
      for (int v = 0; v < Vectors; ++v) {
        hn::StoreU(sum[q * Vectors + v], d, out + q * stride + i + v * lanes);
      }
    }
  }
  return i;
}

template <int Outs>
HWY_INLINE void project_together(const float* rows, std::int64_t stride, std::int64_t count,
                                 const float* weights, float* out, std::int64_t n) {
  std::int64_t i = project_vectors<Outs, 4>(rows, stride, count, weights, out, 0, n);
  i = project_vectors<Outs, 1>(rows, stride, count, weights, out, i, n);
  for (; i < n; ++i) {
    for (int q = 0; q < Outs; ++q) {
      float sum = 0.0F;
      for (std::int64_t r = 0; r < count; ++r) {
        sum = multiply_add(weights[q * count + r], rows[r * stride + i], sum);
      }
      out[q * stride + i] = sum;
    }
  }
}

HWY_NOINLINE void project(const float* rows, std::int64_t stride, std::int64_t count,
                          const float* weights, int outs, float* out, std::int64_t n) {
  constexpr int together = 4;
  int q = 0;
  for (; q + together <= outs; q += together) {
    project_together<together>(rows, stride, count, weights + q * count, out + q * stride, n);
  }
  for (; q < outs; ++q) {
    project_together<1>(rows, stride, count, weights + q * count, out + q * stride, n);
  }
}

// Vectors of at most eight lanes: what is left over of wider ones would be wasted on few outputs.
template <int Rows>
HWY_INLINE void project_rows_together(const float* rows, std::int64_t count, const float* weights,
                                      int outs, float* out) {
  namespace hn = hwy::HWY_NAMESPACE;
  constexpr int vectors = 2;
  const hn::CappedTag<float, 8> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  for (int q = 0; q < outs; q += vectors * lanes) {
    const int now = HWY_MIN(vectors, (outs - q) / lanes);
    hn::Vec<decltype(d)> sum[Rows][vectors];
    for (int i = 0; i < Rows; ++i) {
      for (int v = 0; v < vectors; ++v) sum[i][v] = hn::Zero(d);
    }
    for (std::int64_t r = 0; r < count; ++r) {
      const float* weight = weights + r * outs + q;
      const auto first = hn::LoadU(d, weight);
      const auto second = hn::LoadU(d, weight + (now - 1) * lanes);
      for (int i = 0; i < Rows; ++i) {
        const auto value = hn::Set(d, rows[i * count + r]);
        sum[i][0] = multiply_add_lanes(first, value, sum[i][0]);
        sum[i][1] = multiply_add_lanes(second, value, sum[i][1]);
      }
    }
    for (int i = 0; i < Rows; ++i) {
      for (int v = 0; v < now; ++v) hn::StoreU(sum[i][v], d, out + i * outs + q + v * lanes);
    }
  }
}

HWY_NOINLINE void project_rows(const float* rows, std::int64_t count, const float* weights,
                               int outs, float* out, std::int64_t n) {
  constexpr int together = 4;
  std::int64_t i = 0;
  for (; i + together <= n; i += together) {
    project_rows_together<together>(rows + i * count, count, weights, outs, out + i * outs);
  }
  for (; i < n; ++i) {
    project_rows_together<1>(rows + i * count, count, weights, outs, out + i * outs);
  }
}

// The samples are dealt out by their place within a step first, so that every tap reads a
// contiguous row; few at a time, so that they stay in the first cache.
HWY_NOINLINE void decimate_row(const float* taps, int count, int step, const float* in,
                               float* spare, float* out, std::int64_t n) {
  for (std::int64_t start = 0; start < n; start += decimation_block) {
    const std::int64_t m = HWY_MIN(decimation_block, n - start);
    const std::int64_t dealt = m + count / step + 1;
    const std::int64_t available = step * (m - 1) + count;
    const float* HWY_RESTRICT from = in + step * start;
    for (int s = 0; s < step; ++s) {
      float* HWY_RESTRICT to = spare + s * dealt;
      const std::int64_t samples = (available - s + step - 1) / step;
      if (step == 2) {
        for (std::int64_t j = 0; j < samples; ++j) to[j] = from[2 * j + s];
      } else {
        for (std::int64_t j = 0; j < samples; ++j) to[j] = from[step * j + s];
      }
    }
    const float* rows[decimation_taps];
    for (int t = 0; t < count; ++t) rows[t] = spare + (t % step) * dealt + t / step;
    accumulate_taps(taps, count, rows, out + start, m);
  }
}

HWY_NOINLINE double weighted_row_sum(const float* in, const float* weight, std::int64_t n) {
  double lanes[scene_lanes] = {};
  for (std::int64_t i = 0; i < n; i += scene_block) {
    const std::int64_t m = HWY_MIN(scene_block, n - i);
    float product[scene_block];
    for (std::int64_t j = 0; j < m; ++j) product[j] = weight[i + j] * in[i + j];
    add_to_lanes(lanes, product, m);
  }
  return sum_of_lanes(lanes);
}

HWY_NOINLINE void window_row(const float* in, float mean, float wy, const float* wx,
                             float* HWY_RESTRICT out, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = (in[i] - mean) * (wy * wx[i]);
}

HWY_INLINE float slope_y(const float* const* rows, std::int64_t x) {
  float sum = 0.0F;
  for (int k = 1; k <= slope_reach; ++k) {
    sum = multiply_add(slope_tap(k), rows[slope_reach + k][x] - rows[slope_reach - k][x], sum);
  }
  return sum;
}

HWY_INLINE float slope_x(const float* row, std::int64_t x) {
  float sum = 0.0F;
  for (int k = 1; k <= slope_reach; ++k) {
    sum = multiply_add(slope_tap(k), row[x + k] - row[x - k], sum);
  }
  return sum;
}

HWY_NOINLINE void tile_row(const float* const* a_rows, const float* const* b_rows, std::int64_t n,
                           double* gradient, double* hessian) {
  const float* a[2 * slope_reach + 1];
  const float* b[2 * slope_reach + 1];
  for (int r = 0; r <= 2 * slope_reach; ++r) {
    a[r] = a_rows[r];
    b[r] = b_rows[r];
  }
  double yy[scene_lanes] = {};
  double yx[scene_lanes] = {};
  double xx[scene_lanes] = {};
  for (std::int64_t tile = 0; tile * covariance_tile < n; ++tile) {
    const std::int64_t start = HWY_MAX(tile * covariance_tile, std::int64_t{slope_reach});
    const std::int64_t end = HWY_MIN((tile + 1) * covariance_tile, n - slope_reach);
    const std::int64_t m = end - start;
    if (m <= 0) continue;
    float gy[covariance_tile];
    float gx[covariance_tile];
    float hyy[covariance_tile];
    float hyx[covariance_tile];
    float hxx[covariance_tile];
    for (std::int64_t j = 0; j < m; ++j) {
      const std::int64_t x = start + j;
      const float av = a[slope_reach][x];
      const float bv = b[slope_reach][x];
      const float ay = slope_y(a, x);
      const float by = slope_y(b, x);
      const float ax = slope_x(a[slope_reach], x);
      const float bx = slope_x(b[slope_reach], x);
      gy[j] = 0.5F * (av * by - bv * ay);
      gx[j] = 0.5F * (av * bx - bv * ax);
      hyy[j] = ay * by;
      hyx[j] = 0.5F * (ay * bx + ax * by);
      hxx[j] = ax * bx;
    }
    double sum_y[scene_lanes] = {};
    double sum_x[scene_lanes] = {};
    add_to_lanes(sum_y, gy, m);
    add_to_lanes(sum_x, gx, m);
    gradient[2 * tile] += sum_of_lanes(sum_y);
    gradient[2 * tile + 1] += sum_of_lanes(sum_x);
    add_to_lanes(yy, hyy, m);
    add_to_lanes(yx, hyx, m);
    add_to_lanes(xx, hxx, m);
  }
  hessian[0] += sum_of_lanes(yy);
  hessian[1] += sum_of_lanes(yx);
  hessian[2] += sum_of_lanes(xx);
}

// NOLINTEND(misc-definitions-in-headers)
}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
