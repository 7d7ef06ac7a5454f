// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_REGISTRATION_CONDITIONED_IMAGE_HPP_
#define PTYCHOPATCH_CPU_REGISTRATION_CONDITIONED_IMAGE_HPP_

#include <cstdint>

#include "core/backend.hpp"
#include "core/registration/cfa_neighbours.hpp"
#include "cpu/registration/hot_pixels.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "cpu/threads/arena.hpp"
#include "kernels/registration/scene_levels.hpp"

namespace ppatch {

static_assert(static_cast<int>(scene_ok) == PPATCH_SHIFT_STATUS_OK &&
              static_cast<int>(scene_flat) == PPATCH_SHIFT_STATUS_FLAT &&
              static_cast<int>(scene_saturated) == PPATCH_SHIFT_STATUS_SATURATED &&
              static_cast<int>(scene_not_finite) == PPATCH_SHIFT_STATUS_NOT_FINITE);

// What becomes of clipped pixels. As means they would be holes, whose borders stay where they are;
// at the level where they clip they move as the scene does. In a pair only those of the reference
// are levelled: noise takes those of the moving image to either side of its level.
enum class Clipped { levelled, kept };

// The top-left height x width of an image, rows read in order and conditioned on the way: scaled by
// place, mean removed, hot pixels repaired, clipped ones levelled, masked ones zero.
class ConditionedImage {
 public:
  ConditionedImage() = default;
  ConditionedImage(const SceneImageView& view, std::int64_t height, std::int64_t width,
                   Clipped clipped = Clipped::levelled)
      : view_(view), height_(height), width_(width), clipped_(clipped) {}

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  const SceneImageView& view() const { return view_; }
  const SceneLevels& levels() const { return levels_; }

  // Doubles of scratch that measure needs for images up to this height.
  static std::int64_t measure_doubles(std::int64_t height);
  // Finds the levels. by_mean: each place is divided by its mean; else all by one deviation.
  void measure(const CfaPattern& mosaic, const CfaNeighbours& neighbours, bool repairs,
               const SceneLoops& loops, const Arena& arena, double* scratch);

  // Row y scaled, before the offset, at out[0 .. width).
  void read_scaled(std::int64_t y, const SceneLoops& loops, float* out) const;
  // Takes the offset off row y; pixels that are masked become zero. in may be out.
  void finish_row(std::int64_t y, const SceneLoops& loops, const float* in, float* out) const;
  // A pixel of row y that hot_pixels() has repaired, the same way.
  float finished(std::int64_t y, std::int64_t x, float value) const;
  const HotPixelTests& hot_pixels() const { return hot_pixels_; }

 private:
  double scaled_at(std::int64_t y, std::int64_t x) const;
  bool masked(std::int64_t y, std::int64_t x) const {
    return view_.mask && view_.mask[y * view_.mask_stride_y + x * view_.mask_stride_x] == 0;
  }
  void measure_sigma(const CfaNeighbours& neighbours, const Arena& arena);

  SceneImageView view_;
  std::int64_t height_ = 0, width_ = 0;
  Clipped clipped_ = Clipped::levelled;
  int period_ = 1;
  SceneLevels levels_;
  HotPixelTests hot_pixels_;
};

// Reads conditioned rows one after another in one thread's memory.
class RowReader {
 public:
  RowReader(const ConditionedImage& image, const CfaNeighbours& neighbours, const SceneLoops& loops,
            float* memory)
      : image_(image), loops_(loops), memory_(memory), reach_(neighbours.reach) {}

  // Memory for rows of that width.
  static std::int64_t floats(std::int64_t width, int reach);

  void read(std::int64_t y, float* out);

 private:
  float* ring_row(std::int64_t y);

  const ConditionedImage& image_;
  const SceneLoops& loops_;
  float* memory_;
  int reach_;
  std::int64_t first_ = 0, last_ = 0;  // rows [first_, last_) are in the ring
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CPU_REGISTRATION_CONDITIONED_IMAGE_HPP_
