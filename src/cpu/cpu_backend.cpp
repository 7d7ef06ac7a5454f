// SPDX-License-Identifier: Apache-2.0
#include "cpu/groups/group_engine.hpp"
#include "cpu/loop_table.hpp"
#include "cpu/patches/patch_state.hpp"
#include "cpu/patches/shifted_engine.hpp"
#include "cpu/registration/pair_operators.hpp"
#include "cpu/registration/scene_machine.hpp"
#include "cpu/threads/arena.hpp"

namespace ppatch {
namespace {

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(const BackendSettings& settings)
      : settings_(settings),
        arena_(settings.num_threads > 0 ? settings.num_threads : available_threads()),
        simd_(choose_simd_target()),
        scene_machine_{&arena_, &simd_.loops.scene, &simd_.loops.slabs, fft_provider(simd_.name),
                       &settings_} {
    if (!Arena::lost_threads()) return;
    settings.callbacks->log(PPATCH_LOG_LEVEL_INFO,
                            "using one thread: this process was forked from one that had threads");
  }

  ppatch_backend kind() const override { return PPATCH_BACKEND_CPU; }
  BackendInfo info() const override { return {arena_.running_threads(), "CPU", simd_.name}; }
  void synchronize() override {}

  std::uint64_t patch_engine_bytes(const PatchSettings& settings) const override {
    if (settings.subpixel == Subpixel::probe) {
      return shifted_engine_bytes(settings, shift_machine(settings));
    }
    return memory_plan(settings).total_bytes();
  }

  std::unique_ptr<PatchEngine> make_patch_engine(const PatchSettings& settings) override {
    if (settings.subpixel == Subpixel::probe) {
      return make_shifted_engine(settings, shift_machine(settings));
    }
    if (settings.algorithm == Algorithm::iterative) {
      return make_iterative_engine(settings, memory_plan(settings), settings_,
                                   solver(calling_thread_));
    }
    return make_batched_engine(settings, memory_plan(settings), settings_, solver(arena_), arena_,
                               simd_.loops.patches);
  }

  std::uint64_t group_engine_bytes(const GroupSettings& settings) const override {
    return ppatch::group_engine_bytes(settings, settings_, arena_.num_threads());
  }

  std::unique_ptr<GroupEngine> make_group_engine(const GroupSettings& settings) override {
    return ppatch::make_group_engine(settings, settings_, arena_, simd_.loops.groups);
  }

  std::uint64_t scene_engine_bytes(const SceneSettings& settings) const override {
    return settings.method == ShiftMethod::ml ? ml_engine_bytes(settings, scene_machine_)
                                              : correlation_engine_bytes(settings, scene_machine_);
  }

  std::unique_ptr<SceneEngine> make_scene_engine(const SceneSettings& settings) override {
    return settings.method == ShiftMethod::ml ? make_ml_engine(settings, scene_machine_)
                                              : make_correlation_engine(settings, scene_machine_);
  }

  const PairOperators& pair_operators() const override { return *pairs_; }

  bool accepts(ppatch_device_type type, int) const override {
    return type == PPATCH_DEVICE_HOST || type == PPATCH_DEVICE_CUDA_HOST;
  }

 private:
  SolveMachine solver(const Arena& arena) const { return {&arena, &simd_.loops.solve, &settings_}; }
  PatchMemoryPlan memory_plan(const PatchSettings& settings) const {
    return PatchMemoryPlan::within(settings, arena_.num_threads(), settings_.memory_budget);
  }

  ShiftMachine shift_machine(const PatchSettings& settings) const {
    const Arena& arena = settings.algorithm == Algorithm::iterative ? calling_thread_ : arena_;
    return {arena, simd_.loops.patches, scene_machine_.fft, settings_, solver(arena)};
  }

  BackendSettings settings_;
  Arena arena_;
  Arena calling_thread_;
  SimdTarget simd_;
  PairMachine pair_machine_{arena_, *settings_.allocator, simd_.loops.pairs};
  std::unique_ptr<PairOperators> pairs_ = make_pair_operators(pair_machine_);
  SceneMachine scene_machine_;
};

}  // namespace

std::unique_ptr<Backend> make_cpu_backend(const BackendSettings& settings) {
  return std::make_unique<CpuBackend>(settings);
}

}  // namespace ppatch
