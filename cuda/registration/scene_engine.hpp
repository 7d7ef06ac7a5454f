// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/registration/batch_image.hpp"
#include "cuda/registration/image_loader.hpp"
#include "cuda/registration/reference_waves.hpp"
#include "cuda/registration/scene_workspace.hpp"
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
  std::uint64_t scratch_bytes() const override { return space_.memory.bytes() + loader_bytes_; }

  static std::uint64_t bytes(const SceneSettings& settings, std::uint64_t budget);

 private:
  void take_space(const SceneGeometry& geometry);
  void prepare(const SceneGeometry& geometry);
  void align_batch(std::int64_t count, const SceneImageView* moving);
  void find_coarse_peaks(std::int64_t count, const SceneImageView* moving);
  void find_shifts(int scale, const ShiftRounds& rounds);
  void run_round(int scale, const ImageNumbers& images);
  void find_quality();

  // Lays the windows of groups that have one of these images, and transforms them.
  void transform_moving(int scale, const ImageNumbers& images);
  template <class Each>
  void for_groups(const ImageNumbers& images, Each&& each) const;

  SceneSettings settings_;
  const Machine& machine_;
  PlanStream stream_;
  std::uint64_t loader_bytes_;
  std::unique_ptr<ImageLoader> loader_;
  Carrier carriers_[max_carriers];
  int carrier_count_;

  SceneWorkspace space_;
  ReferenceWaves waves_;
  bool slots_are_filled_ = true;  // that are named

  SceneImageView reference_;
  SceneGeometry geometry_;  // of the reference's planes; none where the sizes are zero
  SceneImageState reference_state_;
  std::vector<BatchImage> images_;
};

}  // namespace ppatch
