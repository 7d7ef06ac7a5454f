// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_TILE_STORE_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_TILE_STORE_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_TILE_STORE_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_TILE_STORE_INL_HPP_
#endif

#include <algorithm>
#include <cstdint>

#include "cpu/patches/rows-inl.hpp"
#include "cpu/patches/slot_scratch.hpp"
#include "math/patches/patch_views.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Stores a tile's sum, rows of tile.stride<C>() scalars, past the caches: image `m`, whose pixels
// are contiguous along x.
template <class T, int C>
void stream_tile(const Tile<T>& tile, const T* sum, const ImageView& image, std::int64_t m) {
  const hwy::HWY_NAMESPACE::ScalableTag<T> d;
  const std::int64_t n = (tile.x1 - tile.x0) * C;
  for (std::int64_t y = tile.y0; y < tile.y1; ++y, sum += tile.template stride<C>()) {
    T* to = image.at<T>(m, y, tile.x0);
    const auto in_line = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(to) /
                                                   sizeof(T) % line_scalars<T>);
    std::int64_t i = std::min(n, (line_scalars<T> - in_line) % line_scalars<T>);
    std::copy_n(sum, i, to);
    for (; i + line_scalars<T> <= n; i += line_scalars<T>) {
      for (std::int64_t j = i; j < i + line_scalars<T>; j += vector_lanes<T>) {
        hwy::HWY_NAMESPACE::Stream(hwy::HWY_NAMESPACE::LoadU(d, sum + j), d, to + j);
      }
    }
    std::copy(sum + i, sum + n, to + i);
  }
  hwy::FlushStream();
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
