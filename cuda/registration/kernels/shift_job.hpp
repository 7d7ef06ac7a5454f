// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/registration/scene_image.hpp"
#include "math/phase.hpp"
#include "math/registration/cfa_carrier.hpp"
#include "math/registration/covariance_tiles.hpp"
#include "math/registration/ring_weight.hpp"
#include "math/registration/shift_sums.hpp"

namespace ppatch {

// What a device finds out about one image's shift, and is told by the host before.
struct ShiftState {
  double fraction[2] = {0.0, 0.0};  // of the displacement, beside what the windows follow
  BandMeans means;
  std::int32_t iterations = 0;
  std::int32_t stepping = 0;  // whether Newton's iteration goes on
  double band[band_sums] = {};
  double tiles[tile_totals] = {};
};

// One image's part in a round. The pointers are into a device's memory.
struct ShiftJob {
  const float* reference = nullptr;  // spectra, complex, rows one after another
  float* moving = nullptr;
  float* weighted = nullptr;      // where the weighted spectrum of the reference goes
  float* phases = nullptr;        // see ShiftSpectrum
  RingWeight* weights = nullptr;  // by ring
  double* sums = nullptr;         // of blocks
  ShiftState* state = nullptr;
  double independent = 1.0;             // bins, of each
  double floor = 0.0;                   // see RingFloor
  double displacement[2] = {0.0, 0.0};  // samples, for the phases of carriers
  std::int64_t end_ring = INT64_MAX;    // that one and those beyond are left out
  float split_f2 = 0.0F;                // the square of where the high ones of BandSums begin
  std::uint32_t flags = 0;              // of fixed patterns; those of `images`, where there are any
  const SceneImageState* images[2] = {nullptr, nullptr};
  CovarianceTiles tiles;

  PPATCH_HD std::uint32_t lines() const {
    return images[0] ? images[0]->flags | images[1]->flags : flags;
  }
};

// Flags of SceneImageState that say which lines of a spectrum are left out.
constexpr std::uint32_t fixed_rows_flag = 2;     // |fx| < 1.5 / width
constexpr std::uint32_t fixed_columns_flag = 4;  // |fy| < 1.5 / height

// The spectra of one scale. Their rows have width / 2 + 1 columns.
struct ShiftSpectrum {
  std::int64_t height = 0, width = 0;  // of the transform
  float ring_scale = 0.0F;             // ring = int(ring_scale |f|)
  float min_f2 = 0.0F;                 // bins below are left out
  float cycles = 1.0F, pixels = 1.0F;  // per pixel, of one per sample; of a sample
  int carrier_count = 0;
  Carrier carriers[max_carriers];

  PPATCH_HD std::int64_t columns() const { return width / 2 + 1; }
  PPATCH_HD std::int64_t row_floats() const { return 2 * columns(); }
  // Columns [first_column, end_column) are in the band, the Nyquist frequency is not.
  PPATCH_HD std::int64_t end_column() const { return (width + 1) / 2; }
  PPATCH_HD std::int64_t first_column(std::uint32_t flags) const {
    if (!(flags & fixed_rows_flag)) return 0;
    return end_column() < 2 ? end_column() : 2;
  }
  PPATCH_HD bool has_row(std::int64_t y, std::uint32_t flags) const {
    const bool fixed = (flags & fixed_columns_flag) && (y <= 1 || y == height - 1);
    return 2 * y != height && !fixed;
  }
  PPATCH_HD float fy(std::int64_t y) const {
    return static_cast<float>(2 * y < height ? y : y - height) / static_cast<float>(height);
  }
  PPATCH_HD float fx(std::int64_t k) const {
    return static_cast<float>(k) / static_cast<float>(width);
  }
  PPATCH_HD std::int32_t ring(float f2) const { return ring_of(ring_scale, std::sqrt(f2)); }

  // Phases e^{2 pi i f.r} of a job by column, then by row, as pairs; then the sines of carriers.
  PPATCH_HD std::int64_t phase_count() const { return columns() + height; }
  static PPATCH_HD std::int64_t sine_count() { return 9 * max_carriers; }
  PPATCH_HD std::int64_t table_floats() const { return 2 * phase_count() + sine_count(); }

  PPATCH_HD void fill_phase(const ShiftJob& job, std::int64_t i) const {
    const bool is_row = i >= columns();
    const std::int64_t k = is_row ? i - columns() : i;
    // Lines from the middle on have negative frequencies.
    const std::int64_t line = is_row && 2 * k >= height ? k - height : k;
    const double turns = job.state->fraction[is_row ? 0 : 1] * static_cast<double>(line) /
                         static_cast<double>(is_row ? height : width);
    double cosine;
    double sine;
    unit_phase(turns, &cosine, &sine);
    job.phases[2 * i] = static_cast<float>(cosine);
    job.phases[2 * i + 1] = static_cast<float>(sine);
  }
  // sin(2 pi (k - m).D) of carrier k, m in {-1, 0, 1}^2.
  PPATCH_HD void fill_sine(const ShiftJob& job, int i) const {
    job.phases[2 * phase_count() + i] =
        carrier_sine(carriers[i / 9], i % 9, job.displacement, static_cast<double>(pixels));
  }
  PPATCH_HD SpectrumValue column_phase(const ShiftJob& job, std::int64_t k) const {
    return {job.phases[2 * k], job.phases[2 * k + 1]};
  }
  PPATCH_HD SpectrumValue row_phase(const ShiftJob& job, std::int64_t y) const {
    return column_phase(job, columns() + y);
  }

  // Leaked chroma at (fy, fx), |f|^2 = f2; with `turn`, the imaginary part that it gives to Z / S.
  template <bool Turns>
  PPATCH_HD float leak(const ShiftJob& job, float fy, float fx, float f2, float* turn) const {
    float all = 0.0F;
    if constexpr (Turns) *turn = 0.0F;
    PPATCH_ROLLED
    for (int c = 0; c < carrier_count; ++c) {
      const CarrierDistance y = carrier_distance(carriers[c].y, cycles * fy);
      const CarrierDistance x = carrier_distance(carriers[c].x, fx / pixels);
      const float part =
          carrier_leak(carriers[c].strength, cycles * cycles * f2, y.square, x.square);
      all += part;
      if constexpr (Turns) {
        *turn += part * job.phases[2 * phase_count() + 9 * c + 3 * (y.copy + 1) + x.copy + 1];
      }
    }
    return all;
  }
};

// A bin of both spectra: Z = conj(R^) M^ e^{2 pi i f.r}, both powers.
struct ShiftBin {
  SpectrumValue z;
  float reference, moving;
  float fx, f2;
};

PPATCH_HD ShiftBin read_bin(const ShiftSpectrum& spectrum, const ShiftJob& job, std::int64_t y,
                            std::int64_t k, float fy, SpectrumValue row_phase) {
  const std::int64_t at = y * spectrum.row_floats() + 2 * k;
  const SpectrumValue r{job.reference[at], job.reference[at + 1]};
  const SpectrumValue m{job.moving[at], job.moving[at + 1]};
  ShiftBin bin;
  bin.z = turned(cross_of(r, m), phase_of(row_phase, spectrum.column_phase(job, k)));
  bin.reference = power_of(r);
  bin.moving = power_of(m);
  bin.fx = spectrum.fx(k);
  bin.f2 = multiply_add(bin.fx, bin.fx, fy * fy);
  return bin;
}

}  // namespace ppatch
