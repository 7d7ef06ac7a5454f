// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ppatch {

// What the engines of patches and of groups have in common. A part of the seam.
class PlanEngine {
 public:
  virtual ~PlanEngine() = default;

  virtual void set_stream(void* stream) = 0;
  virtual std::uint64_t scratch_bytes() const = 0;
  // Copies memory that only the engine's device may reach, after all that its stream holds; `to` is
  // complete on return.
  virtual void read_to_host(const void* from, std::uint64_t bytes, void* to) = 0;
};

}  // namespace ppatch
