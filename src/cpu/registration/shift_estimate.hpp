// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/registration/peak_evidence.hpp"
#include "core/registration/shift_answer.hpp"
#include "core/registration/shift_rounds.hpp"
#include "cpu/fft/plane_fft.hpp"
#include "cpu/registration/decimator.hpp"
#include "cpu/registration/scene_loops.hpp"

namespace ppatch {

// Lines of the spectrum that fixed patterns own, to be left out.
struct ExcludedLines {
  bool fx = false;  // |fx| < 1.5 / width
  bool fy = false;
};

// Memory and means that every estimate works with. The spectra hold plane_floats() of the largest
// transform each.
struct EstimateTools {
  const SceneLoops* loops = nullptr;
  const Arena* arena = nullptr;
  float* reference_spectrum = nullptr;
  float* moving_spectrum = nullptr;
  float* weighted_spectrum = nullptr;  // of the reference; may be reference_spectrum
  FftSlots fft_slots;
  double* sums = nullptr;   // see sums_doubles
  double* tiles = nullptr;  // see tile_doubles
  float* tables = nullptr;  // see tables_floats
  RingWeight* weights = nullptr;
};

// What is fixed about the spectra of one scale: their size, and the carriers of the CFA, in cycles
// per pixel.
struct Band {
  const PlaneFft* fft = nullptr;
  const Carrier* carriers = nullptr;
  int carrier_count = 0;
  int pixels = 1;  // a sample of the plane, for the carriers
  ExcludedLines excluded;
};

std::int64_t sums_doubles(std::int64_t height, std::int64_t width);
std::int64_t tile_doubles(std::int64_t height, std::int64_t width);
std::int64_t tables_floats(std::int64_t height, std::int64_t width, std::int64_t carriers);

// Puts the windowed part, freed of its trend, into the top left corner of the transform's
// plane, zeros to the right of it, and transforms it.
void transform_window(const Plane& plane, const Window& window, const PlaneFft& fft,
                      const EstimateTools& tools, float* spectrum);

// The peaks of the correlations of the spectra in tools, which it consumes, within +-range samples.
// tables: of a surface of the transform's size; copies: see SceneGeometry.
SurfacePeaks correlation_peaks(const Band& band, const LagSurface& tables,
                               const std::int64_t range[2], int copies, const EstimateTools& tools);

// The peak of the correlation of two planes within +-range samples. Tapered unless circular.
// lag_tables: see fill_lag_tables; copies: see SceneGeometry.
CoarsePeak coarse_peak(const Plane& reference, const Plane& moving, const Band& band,
                       const std::int64_t range[2], const float* lag_tables, int copies,
                       bool circular, const EstimateTools& tools);

// Rounds of weights and Newton's iteration from the displacement given. Leaves the spectra of the
// last windows in tools, weights in tools.weights. held: the window whose reference is in
// tools.reference_spectrum; one of 0 x 0 where there is none.
FineShift fine_shift(const Plane& reference, const Plane& moving, const Band& band,
                     const double start[2], const ShiftRounds& rounds, Window& held, bool circular,
                     const EstimateTools& tools, double max_f = whole_band);

// Whether the tiles that do not agree on a shift agree on another one. ones: as many as the longer
// side of the transform has samples.
bool agrees_elsewhere(const Plane& reference, const Plane& moving, const Band& band,
                      const FineShift& shift, const SceneGeometry& geometry, bool circular,
                      const float* ones, const EstimateTools& tools);

// Consumes the spectra that fine_shift left.
ShiftQuality shift_quality(const FineShift& shift, const Band& band, const EstimateTools& tools);

}  // namespace ppatch
