// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/patches/patch_engine.hpp"
#include "kernels/patches/position_normal.hpp"

// The arguments of kernels as a plan's settings have them, on every backend.
namespace ppatch {

// index: null where every position is on every image.
inline PatchProblem patch_problem(const PatchSettings& settings, const PatchOrigin* origins,
                                  const std::int32_t* index, std::int64_t count) {
  return {origins,
          index,
          count,
          settings.patch_height,
          settings.patch_width,
          settings.interpolation,
          settings.boundary,
          {settings.constant[0], settings.constant[1]}};
}

template <class P>
PositionGradient<P> gradient_job(const PatchSettings& settings, const PatchProblem& problem,
                                 const ImageView& image, const PatchView& cotangent,
                                 const PositionResultView& gradient,
                                 const PositionResultView& curvature) {
  return {problem,
          image,
          cotangent,
          gradient,
          curvature,
          column_of_y(settings.axes),
          settings.sign == Sign::content ? -1.0 : 1.0};
}

template <class P>
NormalResult<P> normal_result(const PatchSettings& settings, const PositionResultView& gradient,
                              const PositionResultView& normal) {
  return {gradient, normal, column_of_y(settings.axes),
          settings.sign == Sign::content ? -1.0 : 1.0};
}

template <class P>
PositionNormal<P> normal_job(const PatchSettings& settings, const PatchProblem& problem,
                             const ImageView& image, const ProbeView& probe,
                             const PatchView& cotangent, const PositionResultView& gradient,
                             const PositionResultView& normal) {
  return {{problem, cotangent, probe}, image, normal_result<P>(settings, gradient, normal)};
}

}  // namespace ppatch
