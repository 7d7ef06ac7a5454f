// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/backend.hpp"
#include "core/patches/patch_jobs.hpp"
#include "cpu/host_engine.hpp"
#include "cpu/patches/least_squares.hpp"
#include "cpu/patches/patch_loops.hpp"
#include "cpu/patches/patch_scratch.hpp"
#include "cpu/threads/arena.hpp"

namespace ppatch {

// What a plan's engines share whichever way they run: settings, memory and the plan's positions.
class PatchState : public HostEngine<PatchEngine> {
 public:
  PatchState(const PatchSettings& settings, const PatchMemoryPlan& plan,
             const BackendSettings& backend, const SolveMachine& solver);

  void set_positions(std::span<const PatchOrigin> origins) override { origins_ = origins; }
  void set_image_index(std::span<const std::int32_t> index) override { image_index_ = index; }
  std::uint64_t scratch_bytes() const override { return scratch_.plan().total_bytes(); }
  void assemble(const PatchView& in, const ImageView& image, const ImageView& coverage,
                double eps) override;
  SolveAnswer solve(const PatchSolve& job) override;
  std::uint64_t solve_bytes(const ImageView& image) const override;

 protected:
  PatchProblem problem() const {
    return patch_problem(settings_, origins_.data(),
                         has_image_index() ? image_index_.data() : nullptr, position_count());
  }
  std::int64_t position_count() const { return static_cast<std::int64_t>(origins_.size()); }
  bool has_image_index() const { return !image_index_.empty(); }
  const PatchSettings& settings() const { return settings_; }
  PatchScratch& scratch() { return scratch_; }
  const PatchScratch& scratch() const { return scratch_; }
  const Callbacks& callbacks() const { return *backend_.callbacks; }

 private:
  PatchSettings settings_;
  BackendSettings backend_;
  SolveMachine solver_;
  PatchScratch scratch_;
  // The plan's.
  std::span<const PatchOrigin> origins_;
  std::span<const std::int32_t> image_index_;
};

std::unique_ptr<PatchEngine> make_batched_engine(const PatchSettings& settings,
                                                 const PatchMemoryPlan& plan,
                                                 const BackendSettings& backend,
                                                 const SolveMachine& solver, const Arena& arena,
                                                 const PatchLoopTable& loops);
std::unique_ptr<PatchEngine> make_iterative_engine(const PatchSettings& settings,
                                                   const PatchMemoryPlan& plan,
                                                   const BackendSettings& backend,
                                                   const SolveMachine& solver);

}  // namespace ppatch
