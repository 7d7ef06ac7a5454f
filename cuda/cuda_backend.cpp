// SPDX-License-Identifier: Apache-2.0
#include "core/backend_module.hpp"
#include "cuda/groups/group_engine.hpp"
#include "cuda/patches/patch_engine.hpp"
#include "cuda/registration/pair_operators.hpp"
#include "cuda/registration/scene_engine.hpp"
#include "cuda/runtime/machine.hpp"
#include "cuda/runtime/plane_transform.hpp"

namespace ppatch {
namespace {

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(const BackendSettings& settings)
      : machine_(settings), name_(device::name(settings.device)) {}

  ppatch_backend kind() const override { return PPATCH_BACKEND_CUDA; }
  BackendInfo info() const override { return {1, name_, ""}; }
  void synchronize() override {
    const device::Selection selected(machine_.settings.device);
    device::synchronize_all();
  }

  std::uint64_t patch_engine_bytes(const PatchSettings& settings) const override {
    const device::Selection selected(machine_.settings.device);
    return ppatch::patch_engine_bytes(settings, machine_);
  }
  std::unique_ptr<PatchEngine> make_patch_engine(const PatchSettings& settings) override {
    const device::Selection selected(machine_.settings.device);
    return ppatch::make_patch_engine(settings, machine_);
  }

  std::uint64_t group_engine_bytes(const GroupSettings& settings) const override {
    const device::Selection selected(machine_.settings.device);
    return ppatch::group_engine_bytes(settings, machine_);
  }
  std::unique_ptr<GroupEngine> make_group_engine(const GroupSettings& settings) override {
    const device::Selection selected(machine_.settings.device);
    return ppatch::make_group_engine(settings, machine_);
  }

  bool aligns(const SceneSettings& settings, std::string* reason) const override {
    const bool ml = settings.method == ShiftMethod::ml;
    if (ml && !settings.searches_maps) return device::has_transforms(reason);
    if (reason) {
      *reason = ml ? "the search of PPATCH_MOTION_SEARCH_ROTATION is the CPU's"
                   : "methods other than PPATCH_METHOD_ML are the CPU's";
    }
    return false;
  }
  std::uint64_t scene_engine_bytes(const SceneSettings& settings) const override {
    const device::Selection selected(machine_.settings.device);
    return ppatch::scene_engine_bytes(settings, machine_);
  }
  std::unique_ptr<SceneEngine> make_scene_engine(const SceneSettings& settings) override {
    const device::Selection selected(machine_.settings.device);
    return ppatch::make_scene_engine(settings, machine_);
  }

  const PairOperators& pair_operators() const override { return *pairs_; }

  bool accepts(ppatch_device_type type, int number) const override {
    return type == PPATCH_DEVICE_HOST || type == PPATCH_DEVICE_CUDA_HOST ||
           (type == PPATCH_DEVICE_CUDA && number == machine_.settings.device);
  }

 private:
  Machine machine_;
  PairMachine pair_machine_{machine_};
  std::unique_ptr<PairOperators> pairs_ = make_pair_operators(pair_machine_);
  std::string name_;
};

Backend* make_backend(const BackendSettings& settings) { return new CudaBackend(settings); }

}  // namespace
}  // namespace ppatch

extern "C" __attribute__((visibility("default"))) const ppatch::BackendModule*
ppatch_backend_module() {
  static const ppatch::BackendModule module = {ppatch::backend_interface_version,
                                               &ppatch::device::count, &ppatch::make_backend};
  return &module;
}
