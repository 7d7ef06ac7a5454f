// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BENCHMARKS_SUITE_ARRAYS_HPP_
#define PTYCHOPATCH_BENCHMARKS_SUITE_ARRAYS_HPP_

#include <cstdint>
#include <vector>

#include "ptychopatch/ptychopatch.hpp"
#include "suite/buffer.hpp"
#include "suite/case.hpp"

namespace ptychopatch::bench {

// Inputs and outputs of a case, in memory that has been touched.
struct Arrays {
  explicit Arrays(const Case& one);

  Array image() const { return view(image_, {side_, side_}); }
  Array coverage() const { return array(coverage_.data(), real_type(dtype_), {side_, side_}); }
  Array positions() const { return array(positions_.data(), {patches_, 2}); }
  // (K, N, N), or (K, modes, N, N) where there is a probe
  Array patches() const;
  Array probe() const { return view(probe_, {modes_, size_, size_}); }
  Array gradient() const { return array(gradient_.data(), real_type(dtype_), {patches_, 2}); }
  Array curvature() const { return array(curvature_.data(), real_type(dtype_), {patches_, 2}); }

  // The array whose bytes are the case's.
  const Buffer& largest() const { return patch_pixels_; }

  void poison_outputs();
  bool outputs_look_finite();

 private:
  Array view(const Buffer& buffer, const std::vector<std::int64_t>& shape) const {
    return array(buffer.data(), dtype_, shape);
  }
  std::vector<Buffer*> outputs();

  Operation operation_;
  ppatch_dtype dtype_;
  std::int64_t side_, patches_, modes_, size_;
  bool has_probe_;
  std::vector<double> positions_;
  Buffer image_, coverage_, patch_pixels_, probe_, gradient_, curvature_;
};

}  // namespace ptychopatch::bench

#endif  // PTYCHOPATCH_BENCHMARKS_SUITE_ARRAYS_HPP_
