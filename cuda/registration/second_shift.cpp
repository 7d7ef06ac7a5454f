// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/second_shift.hpp"

#include "cuda/registration/kernels/white_pair.hpp"
#include "cuda/registration/scene_passes.hpp"
#include "cuda/runtime/run.hpp"

namespace ppatch {

SecondShift::SecondShift(const SceneWorkspace& space, bool circular, device::Stream stream)
    : space_(space),
      geometry_(space.plan.geometry),
      circular_(circular),
      stream_(stream),
      scale_(space.plan.geometry.scales - 1) {}

void SecondShift::transform(bool forward) {
  const device::PlaneTransform& one = space_.transforms.one(scale_);
  for (float* const plane : {space_.memory.weighted(image_), space_.memory.moving(image_)}) {
    if (forward) {
      one.forward(plane, space_.memory.work(), stream_);
    } else {
      one.inverse(plane, space_.memory.work(), stream_);
    }
  }
}

void SecondShift::lay(const FineShift& shift, const double more[2]) {
  const SceneMemory& memory = space_.memory;
  const SceneMail& host = memory.host();
  const SceneMail& device = memory.device();
  ScenePlane reference[SceneGeometry::max_scales];
  ScenePlane moving[SceneGeometry::max_scales];
  memory.reference_planes(reference);
  memory.image_planes(image_, moving);
  const WindowPair windows(shift, circular_);
  host.reference_windows[0] = {reference[scale_].data, reference[scale_].width, windows.reference,
                               memory.slot_taper(0),   memory.slot_sums(0),     memory.slot(0)};
  host.moving_windows[0] = {moving[scale_].data,  moving[scale_].width, windows.moving,
                            memory.taper(image_), memory.sums(image_),  memory.moving(image_)};
  host.shifts[0] = fine_shift_job(memory, image_, scale_, 0, shift, flags_);
  for (int axis = 0; axis < 2; ++axis) host.shift_states[image_].fraction[axis] += more[axis];
  memory.upload(stream_);
  const ShiftSpectrum spectrum = spectrum_of(geometry_, scale_, nullptr, 0);
  lay_windows(device.reference_windows, host.reference_windows, 1, spectrum, stream_);
  lay_windows(device.moving_windows, host.moving_windows, 1, spectrum, stream_);
  const device::PlaneTransform& one = space_.transforms.one(scale_);
  one.forward(memory.slot(0), memory.work(), stream_);
  one.forward(memory.moving(image_), memory.work(), stream_);
  whiten(spectrum, device.shifts, stream_);
  transform(false);
}

TileAgreement SecondShift::agreement(const CovarianceTiles& tiles, double threshold) {
  const SceneMemory& memory = space_.memory;
  const ShiftSpectrum spectrum = spectrum_of(geometry_, scale_, nullptr, 0);
  run(TileValueSums{memory.device().shifts, tiles.count(), spectrum.row_floats()}, stream_);
  sums_.resize(static_cast<std::size_t>(tile_values * tiles.count()));
  device::copy_to_host(sums_.data(), memory.sums(image_), sums_.size() * sizeof(double), stream_);
  device::synchronize(stream_);
  return {tiles, threshold, sums_.data()};
}

SurfacePeaks SecondShift::peaks_of_left(const FineShift& shift, const std::int64_t range[2]) {
  const SceneMemory& memory = space_.memory;
  const SceneMail& host = memory.host();
  const SceneMail& device = memory.device();
  const ShiftSpectrum spectrum = spectrum_of(geometry_, scale_, nullptr, 0);
  device::copy_to_device(memory.sums(image_), sums_.data(), sums_.size() * sizeof(double), stream_);
  run_each(KeepLeft{device.shifts, spectrum.row_floats()}, spectrum.height * spectrum.row_floats(),
           stream_);
  transform(true);
  const SceneImageState* const state = device.image_states + 1 + image_;
  host.shifts[0] = fine_shift_job(memory, image_, scale_, 0, shift, flags_);
  host.shifts[0].reference = memory.weighted(image_);
  host.peaks[0] = {memory.weighted(image_), memory.moving(image_), state,
                   device.shifts,           memory.peaks(image_),  device.peak_states + image_};
  memory.upload(stream_);
  weigh_surfaces(spectrum, geometry_.copies, device.shifts, device.peaks, 1, stream_);
  CoarseCross cross;
  cross.spectrum = spectrum;
  cross.reference_image = device.image_states;
  cross.jobs = device.peaks;
  cross.count = 1;
  run(cross, stream_);
  transform(false);
  find_peaks(lags_of(spectrum, range, memory.ones()), device.peaks, 1, stream_);
  memory.download(stream_);
  return host.peak_states[image_];
}

bool SecondShift::agrees_elsewhere(std::int64_t image, const FineShift& shift,
                                   std::uint32_t flags) {
  image_ = image;
  flags_ = flags;
  const CovarianceTiles tiles = shift.tiles();
  if (!tiles.any() || !tiles.all()) return false;
  constexpr double none[2] = {0.0, 0.0};
  lay(shift, none);
  const TileAgreement first = agreement(tiles, first_agreement);
  if (!first.leaves_enough()) return false;
  std::int64_t range[2];
  second_range(shift, geometry_, range);
  const SurfacePeaks peaks = peaks_of_left(shift, range);
  const CoarsePeak peak = first.second_peak(peaks, geometry_.fft[scale_], range);
  if (!peak.found) return false;
  lay(shift, peak.displacement);
  const std::int64_t agreeing = first.agreeing();
  return is_contradicted(peak, agreeing, agreement(tiles, second_agreement).agreeing());
}

}  // namespace ppatch
