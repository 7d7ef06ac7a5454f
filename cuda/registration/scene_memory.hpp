// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cuda/registration/kernels/coarse_peak.hpp"
#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/registration/kernels/shift_windows.hpp"
#include "cuda/registration/scene_memory_plan.hpp"
#include "cuda/runtime/device_memory.hpp"
#include "kernels/registration/scene_image.hpp"

namespace ppatch {

// What host and device tell each other: the same on both sides. Jobs go to the device, states of
// images and peaks come from it, states of shifts go both ways.
struct SceneMail {
  WindowJob* moving_windows = nullptr;      // images
  WindowJob* reference_windows = nullptr;   // images, in the order of their jobs
  ShiftJob* shifts = nullptr;               // images, in any order
  CoarseJob* peaks = nullptr;               // images
  ShiftState* shift_states = nullptr;       // images
  SurfacePeaks* peak_states = nullptr;      // images
  SceneImageState* image_states = nullptr;  // the reference, then images

  std::uint64_t bytes = 0, sent = 0, back = 0;  // [0, sent) goes, [back, bytes) comes
};

// The memory of a memory plan, in two pieces: of the device, and the pinned mirror of the mail.
class SceneMemory {
 public:
  SceneMemory() = default;
  // Takes more memory only where that at hand is too small.
  void take(const SceneMemoryPlan& plan, const DeviceAllocator& allocator);
  void release();
  std::uint64_t bytes() const {
    return static_cast<std::uint64_t>(device_.size()) + pinned_.bytes();
  }

  static std::uint64_t device_bytes(const SceneMemoryPlan& plan);
  static std::uint64_t pinned_bytes(const SceneMemoryPlan& plan);

  const SceneMemoryPlan& plan() const { return plan_; }

  // Both by scale.
  void reference_planes(ScenePlane* planes) const;
  void image_planes(std::int64_t image, ScenePlane* planes) const;

  float* reference_coarse() const { return reference_coarse_; }
  float* slot(std::int64_t i) const { return slots_ + i * plan_.spectrum_floats; }
  float* moving(std::int64_t i) const { return moving_ + i * plan_.spectrum_floats; }
  float* weighted(std::int64_t i) const { return weighted_ + i * plan_.spectrum_floats; }
  float* phases(std::int64_t i) const { return phases_ + i * plan_.table_floats; }
  float* taper(std::int64_t i) const { return tapers_ + i * plan_.taper_floats; }
  float* slot_taper(std::int64_t i) const { return taper(plan_.images + i); }
  RingWeight* weights(std::int64_t i) const { return weights_ + i * plan_.rings; }
  double* sums(std::int64_t i) const { return sums_ + i * plan_.sums_doubles; }
  double* slot_sums(std::int64_t i) const;
  LagPeak* peaks(std::int64_t i) const { return peaks_ + i * plan_.peaks; }
  float* lag_tables() const { return lag_tables_; }
  float* ones() const { return ones_; }  // lag tables of surfaces that are as they are
  void* work() const { return work_; }

  const SceneMail& host() const { return host_; }
  const SceneMail& device() const { return device_mail_; }
  // The mail.
  void upload(device::Stream stream) const;
  void download(device::Stream stream) const;

 private:
  class Carver;
  void carve(Carver& carver, const SceneMemoryPlan& plan);
  void planes_at(float* data, ScenePlane* planes) const;

  SceneMemoryPlan plan_;
  DeviceBuffer<unsigned char> device_;
  PinnedBuffer pinned_;
  float *reference_planes_ = nullptr, *planes_ = nullptr, *reference_coarse_ = nullptr;
  float *slots_ = nullptr, *moving_ = nullptr, *weighted_ = nullptr;
  float *phases_ = nullptr, *tapers_ = nullptr, *lag_tables_ = nullptr, *ones_ = nullptr;
  RingWeight* weights_ = nullptr;
  double *sums_ = nullptr, *slot_sums_ = nullptr;
  LagPeak* peaks_ = nullptr;
  unsigned char *work_ = nullptr, *mail_ = nullptr;
  SceneMail host_, device_mail_;
};

}  // namespace ppatch
