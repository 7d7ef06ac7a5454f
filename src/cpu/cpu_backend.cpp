// SPDX-License-Identifier: Apache-2.0
#include "cpu/arena.hpp"
#include "cpu/batched_engine.hpp"
#include "cpu/loop_table.hpp"
#include "cpu/patch_state.hpp"

namespace ptychopatch {
namespace {

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(const BackendSettings& settings)
      : settings_(settings),
        arena_(settings.num_threads > 0 ? settings.num_threads : available_threads()),
        simd_(choose_simd_level()) {}

  BackendInfo info() const override { return {arena_.num_threads(), "CPU", simd_.name}; }
  void synchronize() override {}

  std::uint64_t patch_engine_bytes(const PatchSettings& settings) const override {
    return layout(settings).total_bytes();
  }

  std::unique_ptr<PatchEngine> make_patch_engine(const PatchSettings& settings) override {
    if (settings.algorithm == Algorithm::iterative) {
      return make_iterative_engine(settings, layout(settings), settings_);
    }
    return std::make_unique<BatchedEngine>(settings, layout(settings), settings_, arena_,
                                           simd_.loops);
  }

  bool accepts(ppatch_device_type type, int) const override {
    return type == PPATCH_HOST || type == PPATCH_CUDA_HOST;
  }

 private:
  PatchScratchLayout layout(const PatchSettings& settings) const {
    return PatchScratchLayout::within(settings, arena_.num_threads(), settings_.memory_budget);
  }

  BackendSettings settings_;
  Arena arena_;
  SimdLevel simd_;
};

}  // namespace

std::unique_ptr<Backend> make_cpu_backend(const BackendSettings& settings) {
  return std::make_unique<CpuBackend>(settings);
}

}  // namespace ptychopatch
