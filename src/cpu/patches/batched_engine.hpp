// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/patches/patch_state.hpp"
#include "cpu/patches/tile_bins.hpp"

namespace ppatch {

// Outputs larger than this leave no room for the image in a core's own caches.
constexpr std::int64_t stream_threshold = 4 << 20;

template <class P>
constexpr auto pixel_bytes = static_cast<std::int64_t>(P::components * sizeof(typename P::Storage));

// All patches in one sweep over all threads. Work is divided into chunks between which progress is
// told; neither chunks nor threads change the order of any sum.
class BatchedEngine : public PatchState {
 public:
  BatchedEngine(const PatchSettings& settings, const PatchMemoryPlan& plan,
                const BackendSettings& backend, const SolveMachine& solver, const Arena& arena,
                const PatchLoopTable& loops)
      : PatchState(settings, plan, backend, solver),
        arena_(arena),
        loops_(loops),
        bins_(scratch().bins()) {}

  void set_image_index(std::span<const std::int32_t> index) override;
  void set_positions(std::span<const PatchOrigin> origins) override;
  void extract(const ImageView& image, const ProbeView& probe, const PatchView& out) override;
  void adjoint(const PatchView& in, const ProbeView& probe, const ImageView& image,
               const ImageView& coverage, Accumulation mode) override;
  void position_gradient(const ImageView& image, const PatchView& cotangent,
                         const PositionResultView& gradient,
                         const PositionResultView& curvature) override;
  void probe_adjoint(const ImageView& image, const PatchView& waves, const ProbeView& probe,
                     Accumulation mode) override;
  void position_normal(const ImageView& image, const ProbeView& probe, const PatchView& cotangent,
                       const PositionResultView& gradient,
                       const PositionResultView& normal) override;

 protected:
  // A part of a call's work, of all of which `done` is done.
  struct Share {
    double done = 0.0, share = 1.0;
  };
  // Adds the patches of a problem to the image, or sums them from zero. The bins hold them then.
  void sum_patches(const PatchProblem& problem, const PatchView& in, const ProbeView& probe,
                   const ImageView& image, const ImageView& coverage, bool from_zero,
                   const Share& part);
  // The bins hold patches of the plan's own problem, or none.
  void forget_bins() { bins_.invalidate(); }

  const Arena& arena() const { return arena_; }
  const PatchLoopTable& loops() const { return loops_; }

 private:
  // body(group, memory) for all patches of all images, few at a time, in the order of work.
  template <class Body>
  void each_group(std::int64_t images, std::int64_t bytes_per_patch, Body&& body);
  // body(m, k, memory), likewise.
  template <class Body>
  void each_patch(std::int64_t images, std::int64_t bytes_per_patch, Body&& body);
  template <class P>
  void store_tile(const ImageView& image, std::int64_t m, const Tile<typename P::Real>& tile,
                  typename P::Real* sum) const;
  template <class P>
  void sum_tiles(const AdjointPixel<P>& job, const ImageView& image, const ImageView& coverage,
                 bool from_zero, const Share& part);

  std::int64_t probe_block_rows() const;
  ImageView pixels_of(const ProbeView& probe, void* data) const;
  template <class P, class Add>
  void sum_probe_rows(const ImageView& pixels, std::int64_t mode, std::int64_t r0, bool from_zero,
                      const SlotScratch& memory, Add&& add) const;
  template <class P>
  void shared_probe(const ProbeAdjointPixel<P>& job, Accumulation mode);
  template <class P>
  void probe_per_position(const ProbeAdjointPixel<P>& job, Accumulation mode);

  const Arena& arena_;
  const PatchLoopTable& loops_;
  TileBins bins_;
  bool ordered_ = false;  // whether the scratch holds the order of work
};

}  // namespace ppatch
