// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_REGISTRATION_SCENE_ENGINE_HPP_
#define PTYCHOPATCH_CUDA_REGISTRATION_SCENE_ENGINE_HPP_

#include <cstdint>
#include <vector>

#include "core/registration/shift_answer.hpp"
#include "core/registration/shift_rounds.hpp"
#include "cuda/registration/image_loader.hpp"
#include "cuda/registration/reference_slots.hpp"
#include "cuda/registration/scene_memory.hpp"
#include "cuda/registration/scene_memory_plan.hpp"
#include "cuda/registration/scene_transforms.hpp"
#include "cuda/runtime/machine.hpp"

namespace ppatch {

// The maximum-likelihood method, some images at a time. What is decided between rounds, the host
// decides: it waits for a batch once a round, never for one image.
class CudaSceneEngine final : public SceneEngine {
 public:
  CudaSceneEngine(const SceneSettings& settings, const Machine& machine);
  ~CudaSceneEngine() override;

  void set_reference(const SceneImageView& reference) override;
  void align(std::int64_t count, const SceneImageView* moving, ShiftSink& sink) override;
  std::uint64_t scratch_bytes() const override { return memory_.bytes() + loader_bytes_; }

  static std::uint64_t bytes(const SceneSettings& settings, std::uint64_t budget);

 private:
  // An image of the batch under way.
  struct Image {
    ppatch_shift result;
    double start[2];  // samples of the level that is next
    ShiftSearch search;
    Window window;  // that its spectrum has been laid in; 0 x 0: none
  };
  // Jobs that find all their references' spectra in slots, and windows that fill these before.
  struct Wave {
    std::int64_t first, end;
    std::int64_t first_window, end_window;
  };
  using Chosen = std::vector<std::int64_t>;  // numbers of images

  void take_memory(const SceneGeometry& geometry);
  void prepare(const SceneGeometry& geometry);
  void align_batch(std::int64_t count, const SceneImageView* moving);
  void find_coarse_peaks(std::int64_t count, const SceneImageView* moving);
  void find_shifts(int level, const ShiftRounds& rounds);
  void run_round(int level, const Chosen& images);
  void find_quality();

  WindowJob window_job(const ScenePlane& plane, const Window& window) const;
  // Lays the windows of groups that have one of these images, and transforms them.
  void transform_moving(int level, const Chosen& images);
  std::vector<Wave> plan_waves(int level, const Chosen& images);
  void fill_slots(int level, const Wave& wave);
  template <class Each>
  void for_groups(const Chosen& images, Each&& each) const;

  SceneSettings settings_;
  const Machine& machine_;
  PlanStream stream_;
  std::uint64_t loader_bytes_;
  std::unique_ptr<ImageLoader> loader_;
  Carrier carriers_[max_carriers];
  int carrier_count_;

  SceneMemoryPlan layout_;
  SceneTransforms transforms_;
  SceneMemory memory_;
  ReferenceSlots slots_;
  bool slots_filled_ = true;
  std::vector<std::int64_t> slot_of_window_;  // by reference window of the mail

  SceneImageView reference_;
  SceneGeometry geometry_;  // of the reference's planes; none where the sizes are zero
  SceneImageState reference_state_;
  std::vector<Image> images_;
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_REGISTRATION_SCENE_ENGINE_HPP_
