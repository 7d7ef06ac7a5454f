// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/backend.hpp"
#include "core/registration/cfa_neighbours.hpp"
#include "cpu/registration/hot_pixels.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "cpu/threads/arena.hpp"
#include "kernels/registration/conditioning.hpp"

namespace ppatch {

static_assert(static_cast<int>(scene_ok) == PPATCH_SHIFT_STATUS_OK &&
              static_cast<int>(scene_flat) == PPATCH_SHIFT_STATUS_FLAT &&
              static_cast<int>(scene_saturated) == PPATCH_SHIFT_STATUS_SATURATED &&
              static_cast<int>(scene_not_finite) == PPATCH_SHIFT_STATUS_NOT_FINITE);

// What becomes of clipped pixels. As means they would be holes, whose borders stay where they are;
// at the white level they move as the scene does. In a pair only those of the reference are put
// there: noise takes those of the moving image to either side of it.
enum class Clipped { replaced, kept };

// The top-left height x width of an image, rows read in order and conditioned on the way: scaled by
// CFA phase, mean removed, hot pixels repaired, clipped ones replaced, masked ones zero.
class ConditionedImage {
 public:
  ConditionedImage() = default;
  ConditionedImage(const SceneImageView& view, std::int64_t height, std::int64_t width,
                   Clipped clipped = Clipped::replaced)
      : view_(view), height_(height), width_(width), clipped_(clipped) {}

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  const SceneImageView& view() const { return view_; }
  const Conditioning& conditioning() const { return conditioning_; }

  // Finds the conditioning under the CFA pattern of the neighbours. scratch: pixel_sums_doubles.
  void measure(const CfaNeighbours& neighbours, bool repairs, const SceneLoops& loops,
               const Arena& arena, double* scratch);

  // Row y scaled, before the offset, at out[0 .. width).
  void read_scaled(std::int64_t y, const SceneLoops& loops, float* out) const;
  // Takes the offset off row y; pixels that are masked become zero. in may be out.
  void finish_row(std::int64_t y, const SceneLoops& loops, const float* in, float* out) const;
  // A pixel of row y that hot_pixels() has repaired, the same way.
  float finished(std::int64_t y, std::int64_t x, float value) const;
  const HotPixelTests& hot_pixels() const { return hot_pixels_; }

 private:
  double pixel_at(std::int64_t y, std::int64_t x) const;
  double scaled_at(std::int64_t y, std::int64_t x) const;
  void measure_sigma(const CfaNeighbours& neighbours, const Arena& arena);

  SceneImageView view_;
  std::int64_t height_ = 0, width_ = 0;
  Clipped clipped_ = Clipped::replaced;
  int period_ = 1;
  Conditioning conditioning_;
  HotPixelTests hot_pixels_;
};

}  // namespace ppatch
