// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/allocator.hpp"
#include "core/patches/patch_engine.hpp"
#include "cpu/patches/axis_stencil.hpp"
#include "cpu/patches/solve_loops.hpp"
#include "cpu/threads/arena.hpp"
#include "kernels/patches/patch_problem.hpp"

namespace ppatch {

// The rows of one image and its stencil in memory: components in planes, with room on either side
// for what the stencil reaches and for whole vectors.
struct SolveShape {
  std::int64_t height = 0, width = 0;
  int components = 1;
  int reach = 0;
  HalfStencil half;
  std::int64_t plane = 0;  // scalars from plane to plane
  std::int64_t patch_height = 0, patch_width = 0;

  static SolveShape of(const PatchSettings& settings, std::int64_t height, std::int64_t width,
                       int components) {
    SolveShape shape;
    shape.height = height;
    shape.width = width;
    shape.components = components;
    shape.reach = tap_count(settings.interpolation) - 1;
    shape.half = HalfStencil::of(shape.reach);
    constexpr std::int64_t vector = 16;
    shape.plane = (width + 2 * shape.reach + 2 * vector - 1) / vector * vector;
    shape.patch_height = settings.patch_height;
    shape.patch_width = settings.patch_width;
    return shape;
  }

  std::int64_t image_row() const { return components * plane; }
  std::int64_t stencil_row() const { return half.count * plane; }
  // With `reach` rows before the first, and after the last.
  std::int64_t image_scalars() const { return (height + 2 * reach) * image_row() + plane; }
  std::int64_t stencil_scalars() const { return (height + reach) * stencil_row() + plane; }
  std::int64_t coverage_scalars() const { return height * plane; }
  std::int64_t image_at(std::int64_t y) const { return (y + reach) * image_row() + reach; }
  std::int64_t stencil_at(std::int64_t y) const { return (y + reach) * stencil_row() + reach; }
  std::int64_t coverage_at(std::int64_t y) const { return y * plane; }

  static constexpr std::int64_t max_band = 64;  // rows that a thread sums at a time
  std::int64_t patch_plane() const { return patch_width + 2 * reach; }
  // Doubles that a thread needs while patches are summed.
  std::int64_t scratch_scalars() const {
    const std::int64_t bands = 2 * (reach + 1);
    return bands * (width + max_band) + components * (2 * patch_plane() + width);
  }
};

// What is summed over patches: the stencil of A* W A, A* W P, and A* W applied to ones.
struct NormalSums {
  SolveShape shape;
  double* stencil = nullptr;
  double* image = nullptr;
  double* coverage = nullptr;
};

// One image's share of a problem.
struct NormalJob {
  PatchProblem problem;
  PatchView in;
  std::int64_t image = 0;           // the image whose patches are summed
  std::int64_t wave = 0;            // and the batch slice that they have in `in`
  const double* weights = nullptr;  // of positions; null: 1 each
};

// Adds to rows [first, last) of the sums, which begin as zeros, what all patches give, in the order
// of k.
void sum_normal_rows(const NormalJob& job, std::int64_t first, std::int64_t last,
                     const NormalSums& sums, const SolveLoopTable& loops, double* scratch);

}  // namespace ppatch
