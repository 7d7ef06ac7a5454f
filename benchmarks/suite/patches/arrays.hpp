// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "ptychopatch/ptychopatch.hpp"
#include "suite/buffer.hpp"
#include "suite/patches/case.hpp"

namespace ptychopatch::bench {

// Inputs and outputs of a case, in memory that has been touched, of the host or of a card.
// Positions are the host's.
struct Arrays {
  explicit Arrays(const Case& one, const Gpu* gpu = nullptr);

  Array image() const { return image_.view(dtype_, {side_, side_}); }
  Array coverage() const { return coverage_.view(real_type(dtype_), {side_, side_}); }
  Array positions() const { return array(positions_.data(), {patches_, 2}); }
  // (K, N, N), or (K, modes, N, N) where there is a probe, or (K / channels, N, N, channels)
  Array patches() const;
  Array probe() const { return probe_.view(dtype_, {modes_, size_, size_}); }
  Array gradient() const { return gradient_.view(real_type(dtype_), {patches_, 2}); }
  Array curvature() const { return curvature_.view(real_type(dtype_), {patches_, 2}); }
  // On a card.
  AtomicAdjoint atomic_adjoint() const;

  const Buffer& image_pixels() const { return image_; }
  // The array whose bytes are the case's.
  const Buffer& largest() const { return patch_pixels_; }

  void poison_outputs();
  bool outputs_look_finite();

 private:
  std::vector<Buffer*> outputs();

  Operation operation_;
  ppatch_dtype dtype_;
  std::int64_t side_, patches_, modes_, size_, channels_;
  bool has_probe_;
  std::vector<double> positions_;
  Buffer image_, coverage_, patch_pixels_, probe_, gradient_, curvature_, card_positions_;
};

}  // namespace ptychopatch::bench
