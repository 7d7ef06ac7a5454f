// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/plan_engine.hpp"
#include "math/enums.hpp"
#include "math/patches/patch_views.hpp"
#include "math/patches/position.hpp"

namespace ppatch {

// The part of the seam that patches need; a part of backend.hpp, which includes it.

// A patch plan's options with every default filled in.
struct PatchSettings {
  Subpixel subpixel = Subpixel::object;  // with probe, the interpolation is nearest
  Interpolation interpolation = Interpolation::bilinear;
  Boundary boundary = Boundary::zero;
  Anchor anchor = Anchor::corner;
  Axes axes = Axes::yx;
  Sign sign = Sign::window;
  Algorithm algorithm = Algorithm::batched;
  LocalOffsets local_offsets = LocalOffsets::as_given;
  std::int64_t patch_height = 0, patch_width = 0;
  std::int64_t group_size = 1;
  double constant[2] = {0.0, 0.0};
  double jitter_sigma = 0.0;
  std::uint64_t jitter_seed = 0;
  std::int64_t capacity = 0;
};

enum class Accumulation { overwrite, accumulate };

// Runs the operators of one patch plan. What it is given has been checked, and stays where it is,
// unchanged, until it is given anew.
class PatchEngine : public PlanEngine {
 public:
  virtual void set_positions(std::span<const PatchOrigin> origins) = 0;
  // The image of each position; empty: every position is on every image.
  virtual void set_image_index(std::span<const std::int32_t> index) = 0;

  // With a probe, out holds waves, of a shifted probe where the settings say so: here and in all
  // that follows.
  virtual void extract(const ImageView& image, const ProbeView& probe, const PatchView& out) = 0;
  virtual void adjoint(const PatchView& in, const ProbeView& probe, const ImageView& image,
                       const ImageView& coverage, Accumulation mode) = 0;
  virtual void assemble(const PatchView& in, const ImageView& image, const ImageView& coverage,
                        double eps) = 0;
  virtual void position_gradient(const ImageView& image, const PatchView& cotangent,
                                 const PositionResultView& gradient,
                                 const PositionResultView& curvature) = 0;
  virtual void probe_adjoint(const ImageView& image, const PatchView& waves, const ProbeView& probe,
                             Accumulation mode) = 0;
  // The cotangent is of waves where there is a probe. normal may have no data.
  virtual void position_normal(const ImageView& image, const ProbeView& probe,
                               const PatchView& cotangent, const PositionResultView& gradient,
                               const PositionResultView& normal) = 0;
};

}  // namespace ppatch
