// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "oracle/patches/patches.hpp"
#include "oracle/seed.hpp"
#include "ptychopatch/ptychopatch.h"

using Complex = oracle::Complex;
using Values = oracle::Values;
using Shape = std::vector<std::int64_t>;

enum class Strides {
  contiguous,
  any,      // axes in any order, gaps, negative steps, nonsense where the length is 1
  repeated  // the same, and some axes with stride 0: for inputs
};

// A host array of any dtype with its memory, born poisoned: every byte 0xff, so NaN.
class HostArray {
 public:
  HostArray(ppatch_dtype dtype, const Shape& shape, Random& random, Strides strides);
  HostArray(ppatch_dtype dtype, const Shape& shape);

  ppatch_array view() const;
  ppatch_dtype dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  std::int64_t size() const { return static_cast<std::int64_t>(places_.size()); }

  // By index in C order, whatever the strides. Real dtypes have no imaginary part.
  Complex get(std::int64_t i) const;
  void set(std::int64_t i, Complex value);
  Values values() const;

  void fill(Random& random);  // uniform in (-1, 1)

  // The elements' bytes in C order, for comparisons of bits.
  std::vector<std::byte> bits() const;
  const std::vector<std::byte>& memory() const { return memory_; }
  std::vector<std::byte>& memory() { return memory_; }
  // Whether the memory between and around the elements is still poisoned.
  bool gaps_intact() const;

 private:
  void lay_out(const Shape& strides, std::int64_t margin_before, std::int64_t margin_after);

  ppatch_dtype dtype_;
  Shape shape_;
  Shape strides_;
  std::int64_t origin_ = 0;           // element of memory_ that index 0 is
  std::vector<std::int64_t> places_;  // element of memory_ of each index in C order
  std::vector<std::byte> memory_;
};

inline bool is_complex(ppatch_dtype dtype) { return dtype == PPATCH_C64 || dtype == PPATCH_C128; }
inline bool is_double(ppatch_dtype dtype) { return dtype == PPATCH_F64 || dtype == PPATCH_C128; }
inline ppatch_dtype real_of(ppatch_dtype dtype) {
  return is_double(dtype) ? PPATCH_F64 : PPATCH_F32;
}
