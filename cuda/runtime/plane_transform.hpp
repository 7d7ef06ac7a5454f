// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cuda/runtime/device.hpp"

// The transforms that registration asks of a device, as device.hpp has the rest.
namespace ppatch::device {

// Whether there are any; else why not.
bool has_transforms(std::string* reason);

// Real planes that are transformed together: `stride` floats from one to the next, an even number.
struct PlaneBatch {
  std::int64_t height = 0, width = 0, planes = 1, stride = 0;
};

// The transform of real planes, in place: rows of `width` reals, 2 (width / 2 + 1) floats apart, on
// one side, of width / 2 + 1 complex numbers on the other. Each call's `work` is work_bytes() of
// device memory. Throws OUT_OF_MEMORY, or UNSUPPORTED where there is none for these planes.
class PlaneTransform {
 public:
  PlaneTransform();
  explicit PlaneTransform(const PlaneBatch& batch);
  ~PlaneTransform();
  PlaneTransform(PlaneTransform&&) noexcept;
  PlaneTransform& operator=(PlaneTransform&&) noexcept;

  const PlaneBatch& batch() const { return batch_; }
  std::uint64_t work_bytes() const;
  // What that will be, about, without making it.
  static std::uint64_t work_bytes_of(const PlaneBatch& batch);

  // sum e^{-2 pi i f.x}.
  void forward(float* planes, void* work, Stream stream) const;
  // sum e^{+2 pi i f.x}, not normalised, of a spectrum that makes real planes.
  void inverse(float* planes, void* work, Stream stream) const;

 private:
  struct Plans;
  PlaneBatch batch_;
  std::unique_ptr<Plans> plans_;
};

}  // namespace ppatch::device
