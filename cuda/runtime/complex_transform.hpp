// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cuda/runtime/device.hpp"

// The transforms that shifted probes ask of a device, as device.hpp has the rest.
namespace ppatch::device {

// Whether there are any; else why not.
bool has_complex_transforms(std::string* reason);

// Complex planes that are transformed together, one after the other without gaps.
struct ComplexBatch {
  std::int64_t height = 0, width = 0, planes = 1;
  bool is_double = false;
};

// The transform of complex planes, in place. `work` is work_bytes() of device memory. Throws
// OUT_OF_MEMORY, or UNSUPPORTED where there is none for these planes.
class ComplexTransform {
 public:
  explicit ComplexTransform(const ComplexBatch& batch);
  ~ComplexTransform();
  ComplexTransform(const ComplexTransform&) = delete;
  ComplexTransform& operator=(const ComplexTransform&) = delete;

  const ComplexBatch& batch() const { return batch_; }
  std::uint64_t work_bytes() const;
  // sum e^{-2 pi i f.x}, or sum e^{+2 pi i f.x}; not normalised.
  void run(void* planes, void* work, bool forward, Stream stream) const;

 private:
  struct Plan;
  ComplexBatch batch_;
  std::unique_ptr<Plan> plan_;
};

}  // namespace ppatch::device
