// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_PATCHES_AHEAD_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_PATCHES_AHEAD_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_PATCHES_AHEAD_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_PATCHES_AHEAD_INL_HPP_
#endif

#include <algorithm>
#include <cstddef>
#include <utility>

#include "cpu/patches/lines_ahead-inl.hpp"
#include "cpu/patches/patch_loops.hpp"
#include "kernels/patches/adjoint.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Nothing will be read soon.
struct NothingAhead {
  LinesAhead lines;
  LinesAhead next() { return {}; }
};

// What a tile will read of its patches, always as far ahead of what is worked on: `lines` are being
// prefetched, and next() gives those that follow, whichever patch they are of.
template <class P>
class PatchesAhead {
 public:
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  PatchesAhead(const AdjointPixel<P>& job, const TilePatches& patches, const Tile<T>& tile)
      : job_(job), patches_(patches), tile_(tile) {}

  // Patch i of the tile is worked on from now on.
  void begin(std::size_t i) {
    // At the tile's begin, the whole distance; later, the few lines that fell behind.
    while (due_ + lines.count() > 0) {
      if (lines.done()) lines = next();
      if (lines.done()) break;
      lines.template prefetch<1>();
    }
    due_ += rows_of(patches_.number(i)).count();
  }

  LinesAhead next() {
    if (due_ <= 0) return {};
    while (rows_.done()) {
      if (next_ >= patches_.numbers.size()) return {};
      rows_ = rows_of(patches_.number(next_++));
    }
    const LinesAhead piece = rows_.take(due_);
    due_ -= piece.count();
    return piece;
  }

  LinesAhead lines;

 private:
  // 16 KB: far enough for the memory's delay, and little enough to leave sums in the caches.
  static constexpr std::int64_t lines_ahead = 256;

  // What the tile will read of patch k, near enough.
  RowsAhead rows_of(std::int64_t k) const {
    const PatchView& in = job_.in;
    if (job_.probe.data || in.stride_x != C || in.stride_y < in.width * C) return {};
    if (job_.problem.image_of(patches_.image, k) != patches_.image) return {};
    const auto& origin = job_.problem.origins[k];
    const auto part = [](std::int64_t from, std::int64_t to, std::int64_t start,
                         std::int64_t size) {
      const std::int64_t begin = std::clamp<std::int64_t>(from - start - 1, 0, size);
      return std::pair(begin, std::clamp<std::int64_t>(to - start, begin, size));
    };
    const auto [r0, r1] = part(tile_.y0, tile_.y1, origin.y, in.height);
    const auto [q0, q1] = part(tile_.x0, tile_.x1, origin.x, in.width);
    if (r0 == r1 || q0 == q1) return {};
    return {in.template at<S>(patches_.wave, k, 0) + r0 * in.stride_y + q0 * C, r1 - r0,
            (q1 - q0) * C * static_cast<std::int64_t>(sizeof(S)),
            in.stride_y * static_cast<std::int64_t>(sizeof(S))};
  }

  const AdjointPixel<P>& job_;
  const TilePatches& patches_;
  const Tile<T>& tile_;
  RowsAhead rows_;  // of the patch before next_, those that nobody has asked for
  std::size_t next_ = 0;
  std::int64_t due_ = lines_ahead;  // lines that may be given out now
};

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
