// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "formats/npy_array.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::formats {

// An array in one of the library's own types, C order, ready to be handed to it.
struct Tensor {
  ppatch_dtype dtype = PPATCH_F64;
  Shape shape;
  Bytes data;

  static Tensor make(ppatch_dtype dtype, const Shape& shape, const std::string& what);

  // All of it, or what follows element `first` as another shape.
  ppatch_array view() const { return view(0, shape); }
  ppatch_array view(std::int64_t first, const Shape& part) const;

  template <class T>
  T* as() {
    return reinterpret_cast<T*>(data.data());
  }
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(data.data());
  }
};

bool is_complex(ppatch_dtype dtype);
ElementType element_type(ppatch_dtype dtype);

NpyArray to_array(Tensor tensor);

// The library's type that holds an element type's values best: itself, f32 for what fits it exactly
// (bool, 8 and 16 bits), f64 for the rest.
ppatch_dtype nearest_dtype(const ElementType& type);

// Rounds to the nearest value. To f32, f64, c64, c128, or from integers to i64. A complex array
// cannot become real, a text no number, a fraction no integer: FormatError.
Tensor to_tensor(NpyArray array, ppatch_dtype dtype, const std::string& source);

}  // namespace ptychopatch::formats
