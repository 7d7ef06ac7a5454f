// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "cpu/patches/shift_loops.hpp"
#include "cpu/patches/slot_scratch.hpp"
#include "kernels/patches/adjoint.hpp"
#include "kernels/patches/extract.hpp"
#include "kernels/patches/position_gradient.hpp"
#include "kernels/patches/position_normal.hpp"
#include "kernels/patches/probe_adjoint.hpp"
#include "math/pixel_types.hpp"

namespace ppatch {

// Patch k of batch slice m.
struct PatchNumber {
  std::int64_t m = 0, k = 0;
};

// The patches that may touch a tile of image `image`, in their order; their waves are those of
// image `wave`.
struct TilePatches {
  std::int64_t image = 0, wave = 0;
  std::int64_t first = 0;  // what the numbers count from
  std::span<const std::uint32_t> numbers;

  std::int64_t number(std::size_t i) const { return first + numbers[i]; }
};

// How finished rows reach memory: through the caches, or past them where the output would only push
// everything else out.
enum class Store { cached, streamed };

// The hot loops over one patch, for one type of pixel. They give the bits of the pixel-wise kernels
// whose structs they take.
template <class P>
struct PatchLoops {
  using T = typename P::Real;

  // All of each of the patches, which should stand near each other.
  void (*extract)(const ExtractPixel<P>& job, std::span<const PatchNumber> patches, Store store,
                  const SlotScratch& scratch);
  // Adds what the patches give to the tile, one after the other.
  void (*adjoint)(const AdjointPixel<P>& job, const ImageView& image, const TilePatches& patches,
                  const Tile<T>& tile, const SlotScratch& scratch);
  // Stores rows of a tile's sum past the caches, in image m, whose pixels are contiguous and need
  // no conversion.
  void (*stream_tile)(const Tile<T>& tile, const T* sum, const ImageView& image, std::int64_t m);
  void (*gradient)(const PositionGradient<P>& job, std::int64_t m, std::int64_t k,
                   const SlotScratch& scratch);
  // Adds to rows [r0, r1) of one mode of the probe, rows of w pixels at sum, what wave (m, k)
  // gives.
  void (*probe_adjoint)(const ProbeAdjointPixel<P>& job, std::int64_t m, std::int64_t k,
                        std::int64_t mode, std::int64_t r0, std::int64_t r1, T* sum,
                        const SlotScratch& scratch);
  void (*normal)(const PositionNormal<P>& job, std::int64_t m, std::int64_t k,
                 const SlotScratch& scratch);
  ShiftLoops<P> shift;
};

// Those of every type of pixel: each is a base.
template <class... P>
struct PatchLoopsOf : PatchLoops<P>... {
  template <class Q>
  const PatchLoops<Q>& of() const {
    return *this;
  }
};
using PatchLoopTable = PixelTypes::Into<PatchLoopsOf>;

}  // namespace ppatch
