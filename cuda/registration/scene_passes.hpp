// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/registration/scene_geometry.hpp"
#include "cuda/registration/kernels/coarse_peak.hpp"
#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/registration/kernels/shift_windows.hpp"
#include "cuda/registration/scene_memory.hpp"
#include "cuda/runtime/device.hpp"

// What is enqueued for some images at once. Jobs are read on the device; where sizes of launches
// follow from them, the same jobs are given as the host has them.
namespace ppatch {

// The spectra of a scale, carriers of none but the finest; scale geometry.scales: the coarse
// peak's.
ShiftSpectrum spectrum_of(const SceneGeometry& geometry, int scale, const Carrier* carriers,
                          int carrier_count);

// Windows into the planes of a scale's transforms.
void lay_windows(const WindowJob* jobs, const WindowJob* host_jobs, std::int64_t count,
                 const ShiftSpectrum& spectrum, device::Stream stream);

// Fills the memory's lag tables, see fill_lag_tables, and its ones, from what `tables` holds until
// the copy is done.
void upload_lag_tables(const SceneMemory& memory, bool circular, std::vector<float>& tables,
                       device::Stream stream);

// The i-th image's spectrum for its coarse peak beside the reference's, not yet shifted.
ShiftJob coarse_shift_job(const SceneMemory& memory, std::int64_t i);

// The i-th image's at a shift, beside the reference's spectrum in a slot; begins its state.
ShiftJob fine_shift_job(const SceneMemory& memory, std::int64_t i, int scale, std::int64_t slot,
                        const FineShift& shift, std::uint32_t flags);

// The weights of the surfaces by phase, from the spectra of the coarse peaks' jobs: shifts.
// copies: see SceneGeometry.
void weigh_surfaces(const ShiftSpectrum& spectrum, int copies, const ShiftJob* shifts,
                    const CoarseJob* jobs, std::int64_t count, device::Stream stream);

// The lags up to `range` of correlations of a transform; tables: see fill_lag_tables.
CoarseLags lags_of(const ShiftSpectrum& spectrum, const std::int64_t range[2], const float* tables);

// The peaks of the correlations, and what is elsewhere.
void find_peaks(const CoarseLags& lags, const CoarseJob* jobs, std::int64_t count,
                device::Stream stream);

// Weights, and as many steps of Newton's as it takes.
void step_to_shift(const ShiftSpectrum& spectrum, const ShiftJob* jobs, std::int64_t count,
                   device::Stream stream);

// BandSums, and both spectra filtered.
void sum_band(const ShiftSpectrum& spectrum, const ShiftJob* jobs, std::int64_t count,
              device::Stream stream);

// Both spectra of one job whitened, at the fraction of its state.
void whiten(const ShiftSpectrum& spectrum, const ShiftJob* job, device::Stream stream);

// Sums over tiles of the filtered images.
void sum_tiles(const ShiftSpectrum& spectrum, const ShiftJob* jobs, const ShiftJob* host_jobs,
               std::int64_t count, device::Stream stream);

}  // namespace ppatch
