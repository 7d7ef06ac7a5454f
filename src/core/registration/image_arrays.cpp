// SPDX-License-Identifier: Apache-2.0
#include "core/registration/image_arrays.hpp"

#include <cmath>

namespace ppatch {

ImageView image_view(const CheckedArray& array) {
  if (array.ndim() != 2 && array.ndim() != 3) {
    invalid(array.name(), ": expected shape (H, W) or (C, H, W), got ", array.ndim(), " axes");
  }
  const int first = array.ndim() - 2;
  ImageView view;
  view.data = array.data();
  view.dtype = array.dtype();
  view.count = first == 1 ? array.shape(0) : 1;
  view.height = array.shape(first);
  view.width = array.shape(first + 1);
  view.stride_image = first == 1 ? array.stride(0) : 0;
  view.stride_y = array.stride(first);
  view.stride_x = array.stride(first + 1);
  return view;
}

void expect_output(const CheckedArray& out, std::initializer_list<const CheckedArray*> inputs) {
  out.expect_writable();
  for (const CheckedArray* input : inputs) out.expect_apart_from(*input);
}

void expect_finite(const char* name, double value) {
  if (!std::isfinite(value)) invalid(name, ": expected a finite number, got ", value);
}

}  // namespace ppatch
