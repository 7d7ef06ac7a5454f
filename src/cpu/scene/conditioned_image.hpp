// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_SCENE_CONDITIONED_IMAGE_HPP_
#define PTYCHOPATCH_CPU_SCENE_CONDITIONED_IMAGE_HPP_

#include <cstdint>

#include "core/backend.hpp"
#include "cpu/arena.hpp"
#include "cpu/scene/mosaic_neighbours.hpp"
#include "cpu/scene/scene_loops.hpp"

namespace ptychopatch {

// What conditioning has found out about an image.
struct ImageLevels {
  ppatch_shift_status status = PPATCH_SHIFT_FLAT;
  double black[36] = {};  // by place in the period
  double scale[36] = {};
  double offset = 0.0;   // conditioned = (pixel - black) scale - offset
  float clip[36] = {};   // scaled pixels from there on count as the mean
  bool repairs = false;  // hot and dead pixels
  float sigma[36] = {};  // of a scaled pixel about the median of its neighbours
};

// What becomes of clipped pixels. In a pair only those of the reference are left out: the moving
// image may be clipped elsewhere.
enum class Clipped { left_out, kept };

// The top-left height x width of an image, rows read in order and conditioned on the way: scaled by
// place, mean removed, hot pixels repaired, clipped and masked ones zero.
class ConditionedImage {
 public:
  ConditionedImage() = default;
  ConditionedImage(const SceneImageView& view, std::int64_t height, std::int64_t width,
                   Clipped clipped = Clipped::left_out)
      : view_(view), height_(height), width_(width), clipped_(clipped) {}

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  const SceneImageView& view() const { return view_; }
  const ImageLevels& levels() const { return levels_; }

  // Doubles of scratch that measure needs for images up to this height.
  static std::int64_t measure_doubles(std::int64_t height);
  // Finds the levels. by_mean: each place is divided by its mean; else all by one deviation.
  void measure(const Mosaic& mosaic, const MosaicNeighbours& neighbours, bool repairs,
               const Arena& arena, double* scratch);

  // Row y scaled, before the offset, at out[0 .. width).
  void read_scaled(std::int64_t y, int period, float* out) const;
  // Zeros the pixels of row y that are clipped or masked; takes the offset off the others.
  void finish_row(std::int64_t y, int period, float* row) const;

 private:
  double scaled_at(std::int64_t y, std::int64_t x, int period) const;
  void measure_sigma(const MosaicNeighbours& neighbours);

  SceneImageView view_;
  std::int64_t height_ = 0, width_ = 0;
  Clipped clipped_ = Clipped::left_out;
  ImageLevels levels_;
};

// Reads conditioned rows one after another in one thread's memory.
class RowReader {
 public:
  RowReader(const ConditionedImage& image, const MosaicNeighbours& neighbours,
            const SceneLoops& loops, float* memory)
      : image_(image), neighbours_(neighbours), loops_(loops), memory_(memory) {}

  static std::int64_t floats(std::int64_t width, int reach);

  void read(std::int64_t y, float* out);

 private:
  float* ring_row(std::int64_t y);
  void repair(std::int64_t y, float* out);

  const ConditionedImage& image_;
  const MosaicNeighbours& neighbours_;
  const SceneLoops& loops_;
  float* memory_;
  std::int64_t first_ = 0, last_ = 0;  // rows [first_, last_) are in the ring
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CPU_SCENE_CONDITIONED_IMAGE_HPP_
