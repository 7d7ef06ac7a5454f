// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/patches/patch_loops.hpp"
#include "cpu/patches/patch_state.hpp"
#include "cpu/patches/tile_bins.hpp"
#include "cpu/threads/arena.hpp"

namespace ppatch {

// All patches in one sweep over all threads. Work is divided into chunks between which progress is
// told; neither chunks nor threads change the order of any sum.
class BatchedEngine final : public PatchState {
 public:
  BatchedEngine(const PatchSettings& settings, const PatchMemoryPlan& layout,
                const BackendSettings& backend, const Arena& arena, const PatchLoopTable& loops);

  void set_positions(std::span<const PatchOrigin> origins) override;
  void set_image_index(std::span<const std::int32_t> index) override;
  void extract(const ImageView& image, const ProbeView& probe, const PatchView& out) override;
  void adjoint(const PatchView& in, const ProbeView& probe, const ImageView& image,
               const ImageView& coverage, Accumulation mode) override;
  void position_gradient(const ImageView& image, const PatchView& cotangent,
                         const PositionResultView& gradient,
                         const PositionResultView& curvature) override;
  void probe_adjoint(const ImageView& image, const PatchView& waves, const ProbeView& probe,
                     Accumulation mode) override;

 private:
  // body(group, memory) for all patches of all images, few at a time, in the order of work.
  template <class Body>
  void each_group(std::int64_t images, std::int64_t bytes_per_patch, Body&& body);
  // body(m, k, memory), likewise.
  template <class Body>
  void each_patch(std::int64_t images, std::int64_t bytes_per_patch, Body&& body);
  // Stores a tile's sum in image m.
  template <class P>
  void store_tile(const ImageView& image, std::int64_t m, const Tile<typename P::Real>& tile,
                  typename P::Real* sum) const;
  template <class P>
  void sum_tiles(const AdjointPixel<P>& job, const ImageView& image, const ImageView& coverage,
                 bool from_zero, double done, double share);
  template <class P>
  void shared_probe(const ProbeAdjointPixel<P>& job, Accumulation mode);
  template <class P>
  void probe_per_position(const ProbeAdjointPixel<P>& job, Accumulation mode);
  std::int64_t probe_block_rows() const;

  const Arena& arena_;
  const PatchLoopTable& loops_;
  TileBins bins_;
  bool ordered_ = false;  // whether the scratch holds the order of work
};

}  // namespace ppatch
