// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_LOOPS_PATCHES_AHEAD_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_LOOPS_PATCHES_AHEAD_INL_HPP_
#undef PTYCHOPATCH_CPU_LOOPS_PATCHES_AHEAD_INL_HPP_
#else
#define PTYCHOPATCH_CPU_LOOPS_PATCHES_AHEAD_INL_HPP_
#endif

#include <algorithm>
#include <cstddef>
#include <utility>

#include "cpu/loop_table.hpp"
#include "cpu/loops/lines_ahead-inl.hpp"
#include "kernels/adjoint.hpp"

HWY_BEFORE_NAMESPACE();
namespace ptychopatch {
namespace HWY_NAMESPACE {

// Nothing will be read soon.
struct NothingAhead {
  LinesAhead lines;
  LinesAhead next() { return {}; }
};

// What a tile will read of the patches after the one that is worked on: `lines` are being fetched,
// and next() gives those that follow. They are asked for row by row, whichever patch a row is of:
// a patch's last rows never wait for the rest of the next one's.
template <class T, int C>
class PatchesAhead {
 public:
  PatchesAhead(const AdjointPixel<T, C>& job, const TilePatches& patches, const Tile<T>& tile)
      : job_(job), patches_(patches), tile_(tile) {}

  // Patch i of the tile is worked on from now on.
  void begin(std::size_t i) {
    now_ = i;
    next_ = std::max(next_, i + 1);
    if (lines.done()) lines = next();
  }

  LinesAhead next() {
    if (next_ >= patches_.numbers.size() || next_ > now_ + most_ahead) return {};
    return lines_of(patches_.number(next_++));
  }

  LinesAhead lines;

 private:
  // Rows come in a little faster than they are worked on; more than this would leave the cache
  // before its time.
  static constexpr std::size_t most_ahead = 2;

  // What the tile will read of patch k, near enough.
  LinesAhead lines_of(std::int64_t k) const {
    const PatchView& in = job_.in;
    if (job_.probe.data || in.stride_x != C || in.stride_y < in.width * C) return {};
    const auto& origin = job_.problem.origins[k];
    const auto part = [](std::int64_t from, std::int64_t to, std::int64_t start,
                         std::int64_t size) {
      const std::int64_t begin = std::clamp<std::int64_t>(from - start - 1, 0, size);
      return std::pair(begin, std::clamp<std::int64_t>(to - start, begin, size));
    };
    const auto [r0, r1] = part(tile_.y0, tile_.y1, origin.y, in.height);
    const auto [q0, q1] = part(tile_.x0, tile_.x1, origin.x, in.width);
    if (r0 == r1 || q0 == q1) return {};
    return {in.template at<T>(patches_.wave, k, 0) + r0 * in.stride_y + q0 * C, r1 - r0,
            (q1 - q0) * C * static_cast<std::int64_t>(sizeof(T)),
            in.stride_y * static_cast<std::int64_t>(sizeof(T))};
  }

  const AdjointPixel<T, C>& job_;
  const TilePatches& patches_;
  const Tile<T>& tile_;
  std::size_t now_ = 0, next_ = 0;
};

}  // namespace HWY_NAMESPACE
}  // namespace ptychopatch
HWY_AFTER_NAMESPACE();

#endif
