// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/patches/slot_scratch.hpp"
#include "kernels/patches/position_normal.hpp"

namespace ppatch {

// The phases of an axis' lines, real and imaginary parts apart.
template <class T>
struct Ramp {
  const T* re = nullptr;
  const T* im = nullptr;
};

// The loops of waves with a shifted probe, for one type of pixel. What lies between pixels and the
// slabs of fft.hpp: a complex plane is kept either as slabs of columns, whose samples are rows, or
// as slabs of rows, whose samples are columns; slabs of one plane follow one another. Rows of a
// probe have `width` pixels, one after the other.
template <class P>
struct ShiftLoops {
  using T = typename P::Real;
  using S = typename P::Storage;

  // Pixels to a slab of columns from x0 on and back; columns beyond the width are zero.
  void (*gather)(const T* rows, std::int64_t height, std::int64_t width, std::int64_t x0,
                 std::int64_t lanes, T* slab);
  void (*scatter)(const T* slab, std::int64_t height, std::int64_t width, std::int64_t x0,
                  std::int64_t lanes, S* rows);
  // Lanes [0, count) of a slab of n samples become samples [first, first + count) of the slabs of
  // the other kind, which are slab_scalars apart.
  void (*turn)(const T* slab, std::int64_t n, std::int64_t first, std::int64_t count,
               std::int64_t lanes, T* to, std::int64_t slab_scalars);
  // to = from times the phases across, by lane, and along, by sample.
  void (*apply)(const T* from, const Ramp<T>& across, const Ramp<T>& along, std::int64_t n,
                std::int64_t lanes, T* to);
  // sum += from times the conjugate phases.
  void (*add_back)(const T* from, const Ramp<T>& across, const Ramp<T>& along, std::int64_t n,
                   std::int64_t lanes, T* sum);

  // One mode's part of a patch's cotangent, and of its weights unless null, of a shifted probe.
  void (*add_cotangent)(const PatchView& in, std::int64_t m, std::int64_t k, std::int64_t mode,
                        const S* probe, S* cotangent, S* weight);
  // Adds what one mode's wave gives, of a probe's derivatives by y and x.
  void (*add_normal)(const PatchProblem& problem, const ImageView& image,
                     const PatchView& cotangent, std::int64_t m, std::int64_t k, std::int64_t mode,
                     const S* probe_by_y, const S* probe_by_x, NormalSums<T, P::components>& sums,
                     const SlotScratch& scratch);
};

}  // namespace ppatch
