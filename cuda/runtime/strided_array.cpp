// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/strided_array.hpp"

#include <algorithm>
#include <cstring>

namespace ppatch {
namespace {

// Calls move(place, elements, step) for stretches of the last axis, in order.
template <class Move>
void each_stretch(const StridedArray& array, std::int64_t first, std::int64_t last, Move&& move) {
  const int inner = array.axes - 1;
  const std::int64_t length = array.extent[inner];
  for (std::int64_t n = first; n < last;) {
    const std::int64_t begin = n % length;
    const std::int64_t count = std::min(length - begin, last - n);
    unsigned char* place = array.data + begin * array.stride[inner];
    std::int64_t row = n / length;
    for (int axis = inner - 1; axis >= 0; --axis) {
      place += row % array.extent[axis] * array.stride[axis];
      row /= array.extent[axis];
    }
    move(place, count, array.stride[inner]);
    n += count;
  }
}

// Elements that follow each other by those steps, from and to.
void copy_elements(unsigned char* to, std::int64_t to_step, const unsigned char* from,
                   std::int64_t from_step, std::int64_t count, std::int64_t element) {
  const auto bytes = static_cast<std::size_t>(element);
  if (to_step == element && from_step == element) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * bytes);
    return;
  }
  for (std::int64_t i = 0; i < count; ++i, to += to_step, from += from_step) {
    std::memcpy(to, from, bytes);
  }
}

}  // namespace

void StridedArray::add_axis(std::int64_t length, std::int64_t step) {
  extent[axes] = length;
  stride[axes++] = step;
}

std::int64_t StridedArray::count() const {
  std::int64_t product = 1;
  for (int axis = 0; axis < axes; ++axis) product *= extent[axis];
  return product;
}

StridedArray StridedArray::slice(std::int64_t first, std::int64_t last) const {
  StridedArray part = *this;
  part.data += first * stride[0];
  part.extent[0] = last - first;
  return part;
}

StridedArray StridedArray::merged() const {
  StridedArray array;
  array.data = data;
  array.element = element;
  for (int axis = 0; axis < axes; ++axis) {
    if (extent[axis] == 1) continue;
    const int outer = array.axes - 1;
    if (outer >= 0 && array.stride[outer] == extent[axis] * stride[axis]) {
      array.extent[outer] *= extent[axis];
      array.stride[outer] = stride[axis];
    } else {
      array.add_axis(extent[axis], stride[axis]);
    }
  }
  if (array.axes == 0) array.add_axis(1, element);
  return array;
}

void pack(const StridedArray& from, std::int64_t first, std::int64_t last, unsigned char* to) {
  each_stretch(from, first, last, [&](unsigned char* place, std::int64_t count, std::int64_t step) {
    copy_elements(to, from.element, place, step, count, from.element);
    to += count * from.element;
  });
}

void unpack(const unsigned char* from, std::int64_t first, std::int64_t last,
            const StridedArray& to) {
  each_stretch(to, first, last, [&](unsigned char* place, std::int64_t count, std::int64_t step) {
    copy_elements(place, step, from, to.element, count, to.element);
    from += count * to.element;
  });
}

}  // namespace ppatch
