// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "cpu/fft/fft.hpp"

namespace ppatch {

// The transforms along both axes of a patch, in one precision.
template <class T>
struct AxisTransforms {
  std::int64_t lanes = 0;
  std::shared_ptr<const SlabTransform<T>> y, x;

  std::int64_t work_bytes() const {
    return std::max(y->work_scalars(), x->work_scalars()) * static_cast<std::int64_t>(sizeof(T));
  }
};

// In both.
class ShiftTransforms {
 public:
  ShiftTransforms(const FftProvider& provider, std::int64_t height, std::int64_t width)
      : single_{provider.lanes, provider.make_complex(height), provider.make_complex(width)},
        double_{provider.lanes_double, provider.make_complex_double(height),
                provider.make_complex_double(width)} {}

  template <class T>
  const AxisTransforms<T>& of() const {
    if constexpr (sizeof(T) == sizeof(float)) {
      return single_;
    } else {
      return double_;
    }
  }
  std::int64_t work_bytes() const { return std::max(single_.work_bytes(), double_.work_bytes()); }

 private:
  AxisTransforms<float> single_;
  AxisTransforms<double> double_;
};

}  // namespace ppatch
