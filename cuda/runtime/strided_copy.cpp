// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/strided_copy.hpp"

#include <algorithm>
#include <cstring>

namespace ppatch {
namespace {

// Calls move(place, elements, step) for stretches of the last axis, in order.
template <class Move>
void each_stretch(const HostLayout& layout, std::int64_t first, std::int64_t last, Move&& move) {
  const int inner = layout.axes - 1;
  const std::int64_t length = layout.shape[inner];
  for (std::int64_t n = first; n < last;) {
    const std::int64_t begin = n % length;
    const std::int64_t count = std::min(length - begin, last - n);
    unsigned char* place = layout.data + begin * layout.stride[inner];
    std::int64_t row = n / length;
    for (int axis = inner - 1; axis >= 0; --axis) {
      place += row % layout.shape[axis] * layout.stride[axis];
      row /= layout.shape[axis];
    }
    move(place, count, layout.stride[inner]);
    n += count;
  }
}

}  // namespace

void pack(const HostLayout& from, std::int64_t first, std::int64_t last, unsigned char* to) {
  each_stretch(from, first, last, [&](unsigned char* place, std::int64_t count, std::int64_t step) {
    const auto element = static_cast<std::size_t>(from.element);
    if (step == from.element) {
      std::memcpy(to, place, static_cast<std::size_t>(count) * element);
      to += count * from.element;
      return;
    }
    for (std::int64_t i = 0; i < count; ++i, to += from.element) {
      std::memcpy(to, place + i * step, element);
    }
  });
}

void unpack(const unsigned char* from, std::int64_t first, std::int64_t last,
            const HostLayout& to) {
  each_stretch(to, first, last, [&](unsigned char* place, std::int64_t count, std::int64_t step) {
    const auto element = static_cast<std::size_t>(to.element);
    if (step == to.element) {
      std::memcpy(place, from, static_cast<std::size_t>(count) * element);
      from += count * to.element;
      return;
    }
    for (std::int64_t i = 0; i < count; ++i, from += to.element) {
      std::memcpy(place + i * step, from, element);
    }
  });
}

}  // namespace ppatch
