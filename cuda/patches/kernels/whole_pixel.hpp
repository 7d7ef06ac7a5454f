// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "cuda/runtime/block.hpp"
#include "math/hd.hpp"
#include "math/patches/patch_views.hpp"

namespace ppatch {

// The scalars of a pixel that lies at a multiple of its size, which a device reads at once.
template <class P>
struct alignas(sizeof(typename P::Storage) * P::components) WholePixel {
  typename P::Storage scalar[P::components];
};

template <class S>
PPATCH_HD const S* bytes_on(const S* from, std::int64_t bytes) {
  return reinterpret_cast<const S*>(reinterpret_cast<const char*>(from) + bytes);
}

template <class P>
PPATCH_HD void load_whole(const typename P::Storage* from, typename P::Real* to) {
  const auto whole = *reinterpret_cast<const WholePixel<P>*>(from);
  for (int c = 0; c < P::components; ++c) to[c] = P::load(whole.scalar[c]);
}

// Past the caches, what has two components and is stored as it is summed.
template <class P>
PPATCH_HD void store_whole(const typename P::Real* value, typename P::Storage* to) {
  if constexpr (std::is_same_v<typename P::Storage, typename P::Real> && P::components == 2) {
    store_streamed(value[0], value[1], to);
  } else {
    WholePixel<P> whole;
    for (int c = 0; c < P::components; ++c) whole.scalar[c] = P::store(value[c]);
    *reinterpret_cast<WholePixel<P>*>(to) = whole;
  }
}

// Whether the pixels of an array can be reached like that; strides are whole pixels always.
template <class P>
bool lies_in_whole_pixels(const void* base) {
  return reinterpret_cast<std::uintptr_t>(base) % sizeof(WholePixel<P>) == 0;
}

// Whether as many patches of a group, whose pixels lie side by side, can be reached at once.
template <class P>
bool lies_together(const PatchView& view, int patches) {
  const auto aligned = [&](std::int64_t stride) { return stride % (patches * P::components) == 0; };
  return reinterpret_cast<std::uintptr_t>(view.data) % (patches * sizeof(WholePixel<P>)) == 0 &&
         aligned(view.stride_image) && aligned(view.stride_group) && aligned(view.stride_mode) &&
         aligned(view.stride_y) && aligned(view.stride_x);
}

}  // namespace ppatch
