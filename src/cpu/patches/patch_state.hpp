// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_PATCHES_PATCH_STATE_HPP_
#define PTYCHOPATCH_CPU_PATCHES_PATCH_STATE_HPP_

#include "core/backend.hpp"
#include "cpu/patches/patch_scratch.hpp"
#include "kernels/patches/patch_problem.hpp"
#include "kernels/patches/position_gradient.hpp"

namespace ppatch {

// What a plan's engines share whichever way they run: settings, memory and positions.
class PatchState : public PatchEngine {
 public:
  PatchState(const PatchSettings& settings, const PatchMemoryPlan& layout,
             const BackendSettings& backend);

  void set_positions(const PositionSource& source) override;
  void set_image_index(const std::int32_t* index) override;
  void set_stream(void* stream) override;
  std::int64_t position_count() const override { return count_; }
  void get_positions(double* out, std::int64_t stride_k, std::int64_t stride_axis) const override;
  bool has_image_index() const override { return has_index_; }
  std::int64_t largest_image_index() const override { return largest_index_; }
  std::uint64_t scratch_bytes() const override { return scratch_.layout().total_bytes(); }
  void assemble(const PatchView& in, const ImageView& image, const ImageView& coverage,
                double eps) override;

 protected:
  PatchProblem problem() const;
  const PatchSettings& settings() const { return settings_; }
  PatchScratch& scratch() { return scratch_; }
  const PatchScratch& scratch() const { return scratch_; }
  const Callbacks& callbacks() const { return *backend_.callbacks; }
  // Called whenever positions or the image index have changed.
  virtual void positions_changed() {}

  template <class T, int C>
  PositionGradient<T, C> gradient_job(const ImageView& image, const PatchView& cotangent,
                                      const PositionResultView& gradient,
                                      const PositionResultView& curvature) const {
    return {problem(),
            image,
            cotangent,
            gradient,
            curvature,
            settings_.axes == Axes::yx ? 0 : 1,
            settings_.sign == Sign::content ? -1.0 : 1.0};
  }

 private:
  PatchSettings settings_;
  BackendSettings backend_;
  PatchScratch scratch_;
  std::int64_t count_ = 0;
  bool has_index_ = false;
  std::int64_t largest_index_ = -1;
};

std::unique_ptr<PatchEngine> make_iterative_engine(const PatchSettings& settings,
                                                   const PatchMemoryPlan& layout,
                                                   const BackendSettings& backend);

}  // namespace ppatch

#endif  // PTYCHOPATCH_CPU_PATCHES_PATCH_STATE_HPP_
