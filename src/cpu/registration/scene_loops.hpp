// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include "core/registration/decimation_filter.hpp"
#include "math/registration/cfa_carrier.hpp"
#include "math/registration/covariance_tiles.hpp"
#include "math/registration/ring_weight.hpp"
#include "math/registration/shift_sums.hpp"
#include "math/registration/trend.hpp"

namespace ppatch {

// One row of the spectra of reference and moving image, and what its bins are judged by.
struct SpectrumRow {
  float* reference = nullptr;  // complex, interleaved
  float* moving = nullptr;
  float* weighted = nullptr;          // where weigh_row leaves the reference; may be `reference`
  std::int64_t first = 0, count = 0;  // columns [first, count) are in the band
  std::int64_t width = 0;             // of the real plane: columns other than 0 stand for two bins
  float fy = 0.0F;                    // cycles per sample
  const float* fx = nullptr;
  float cos_y = 1.0F, sin_y = 0.0F;  // e^{2 pi i f.r} is separable
  const float* cos_x = nullptr;
  const float* sin_x = nullptr;
  float min_f = 0.0F;       // bins below are left out
  float split_f2 = 0.0F;    // the square of where the high ones of BandSums begin
  float ring_scale = 0.0F;  // ring = int(ring_scale |f|)
  const RingWeight* weights = nullptr;
  const Carrier* carriers = nullptr;
  int carrier_count = 0;
  // Distances of the columns from carrier k, at [k * carrier_stride + column].
  const float* carrier_squares = nullptr;
  const std::int32_t* carrier_copies = nullptr;
  std::int64_t carrier_stride = 0;
  // sin(2 pi (k - m).D) of carrier k at [9 k + 3 (my + 1) + mx + 1].
  const float* carrier_sines = nullptr;
  float cycles = 1.0F;  // per pixel, of one cycle per sample: for the carriers
};

// Pixels that conditioning takes together: a multiple of every period and of the lanes of a vector.
constexpr std::int64_t pixel_lanes = 96;

// Sums over pixels below a bound, lane by lane: of pixel x in lane x mod pixel_lanes. Good for 2^15
// pixels a lane.
struct IntegerSums {
  std::uint32_t count[pixel_lanes], sum[pixel_lanes];
  std::uint32_t low_squares[pixel_lanes], high_squares[pixel_lanes];  // by halves of 16 bits
  std::uint16_t min[pixel_lanes], max[pixel_lanes];
};

constexpr int decimation_rows = 4;  // filtered at once
constexpr std::int64_t decimation_block = 1536;
constexpr std::int64_t decimation_spare(int count, int step) {
  return step * (decimation_block + count / step + 1);
}

// Extremes of a row of lags, of both correlations.
struct LagRow {
  float phase_high = -std::numeric_limits<float>::infinity();
  float phase_low = std::numeric_limits<float>::infinity();
  float cross = phase_high, cross_shared = phase_high;
};

// The hot loops of registration. Every sum runs over eight lanes in a fixed order, so that its bits
// are those of every SIMD target.
struct SceneLoops {
  // out[j] = sum_t taps[t] in[step j + t], for n outputs; spare: decimation_spare(count, step)
  // floats.
  void (*decimate_row)(const float* taps, int count, int step, const float* in, float* spare,
                       float* out, std::int64_t n);
  // out[q][i] = sum_t taps[t] rows[step q + t][i] for q < outs, at most decimation_rows, and i < n.
  void (*combine_rows)(const float* taps, int count, int step, const float* const* rows, int outs,
                       float* const* out, std::int64_t n);
  // out[q * stride + i] = sum_r weights[q * count + r] rows[r * stride + i] for q < outs, i < n.
  void (*project)(const float* rows, std::int64_t stride, std::int64_t count, const float* weights,
                  int outs, float* out, std::int64_t n);
  // out[i * outs + q] = sum_r weights[r * outs + q] rows[i * count + r] for q < outs, a multiple of
  // 8, and i < n.
  void (*project_rows)(const float* rows, std::int64_t count, const float* weights, int outs,
                       float* out, std::int64_t n);
  // Adds n pixels; squares only where asked for.
  void (*sum_integers)(const std::uint16_t* row, std::int64_t n, std::uint32_t bound, bool squares,
                       IntegerSums* sums);
  // (pixel - black) * factor; black and factor have pixel_lanes values.
  void (*scale_integers)(const std::uint16_t* row, const float* black, const float* factor,
                         float* out, std::int64_t n);
  // The clip value of its lane from a lane's bound on, else the value less the offset; in may be
  // out.
  void (*finish_pixels)(const float* in, const float* bound, const float* clip_value, float offset,
                        float* out, std::int64_t n);
  // Sets found[x / pixel_lanes] where any value in [x0, x1) lies beyond a and b by more than twice
  // their distance and the threshold of its lane.
  void (*suspects)(const float* value, const float* a, const float* b, const float* threshold,
                   std::int64_t x0, std::int64_t x1, std::uint8_t* found);
  // Which values lie beyond the extremes of eight rows by more than twice their distance and the
  // threshold: 0 or 1; whether any does.
  bool (*outliers)(const float* value, const float* const* rows, const float* threshold,
                   std::int64_t n, std::int32_t* out);
  // out[i] = the sum of samples [16 i, 16 i + 16).
  void (*sum_runs)(const float* row, std::int64_t n, float* out);
  // out[i] += in[i].
  void (*add_rows)(const float* in, float* out, std::int64_t n);
  // sum weight[i] in[i].
  double (*weighted_sum)(const float* in, const float* weight, std::int64_t n);
  // out[i] = (in[i] - trend at v[i]) * (wy * wx[i]).
  void (*window)(const float* in, const float (&trend)[trend_terms], const float* v, float wy,
                 const float* wx, float* out, std::int64_t n);
  // X = conj(R^) M^: X/sqrt|X| takes the place of R^, that times the signal of the ring's weight
  // that of M^.
  void (*correlate_row)(const SpectrumRow& row);
  // Takes in the extremes of n lags: of phase[i] * scale[i], of cross[i] and of cross[i] *
  // share[i].
  void (*lag_row)(const float* phase, const float* scale, const float* cross, const float* share,
                  std::int64_t n, LagRow* row);
  // Adds |R^||M^|, reference, moving, bins to sums[4 * ring].
  void (*power_row)(const SpectrumRow& row, double* sums);
  // Adds cross, reference, moving, bins to sums[4 * ring].
  void (*ring_row)(const SpectrumRow& row, double* sums);
  // Adds NewtonSums.
  void (*newton_row)(const SpectrumRow& row, double* sums);
  // Adds BandSums; R^ times the root of the weight goes to `weighted`, M^ is multiplied by that and
  // e^{2 pi i f.r}.
  void (*weigh_row)(const SpectrumRow& row, double* sums);
  // The TileSums of a row of tiles, of so many rows of two images from a and b on.
  void (*sum_tiles)(const float* a, const float* b, std::int64_t stride, std::int64_t height,
                    const CovarianceTiles& tiles, double* sums);
};

}  // namespace ppatch
