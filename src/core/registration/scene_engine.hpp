// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/registration/scene_image.hpp"
#include "math/enums.hpp"
#include "math/views.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ppatch {

// The part of the seam that registration needs; a part of backend.hpp, which includes it.

// Colours of the pixels by CFA phase: the greens are one colour. period 1: no CFA.
struct CfaPattern {
  int period = 1;
  unsigned char colour[36] = {};  // 0 red, 1 green, 2 blue; row-major, period x period

  int at(std::int64_t y, std::int64_t x) const { return colour[y % period * period + x % period]; }
  bool operator==(const CfaPattern&) const = default;
};

// Whether an image's samples of that type are integers.
constexpr bool is_integer(DType dtype) { return dtype != DType::f32 && dtype != DType::f64; }

enum class ShiftMethod : std::int32_t { ml = 0, phase = 1, cross = 2, per_plane = 3 };

// A scene plan's options with every default filled in. "Automatic" ends here, but for hot pixels,
// which depend on an image's dtype.
struct SceneSettings {
  ShiftMethod method = ShiftMethod::ml;
  std::int64_t height = 0, width = 0;
  CfaPattern cfa;
  double max_shift[2] = {0.0, 0.0};  // 0: unlimited
  bool displacement = false;         // the sign
  bool circular = false;
  bool repair_integers = true, repair_floats = false;  // hot pixels
  bool fixed_pattern = true;
  bool plane_mean = false;
  int upsample = 1;
  double overlap_ratio = 0.3;
  double false_alarm_limit = 1e-4, ambiguity_limit = 1e-4;
  ppatch_motion_model motion = PPATCH_MOTION_MODEL_NONE;
  bool searches_maps = false;  // rotations and scales beyond what tiles see

  // Whether hot pixels of such an image are replaced.
  bool repairs(DType dtype) const { return is_integer(dtype) ? repair_integers : repair_floats; }
};

// Pixels of one image with its black levels by CFA phase.
struct SceneImageView : ScenePixels {
  DType dtype = DType::f32;
  double black[36] = {};
  bool clips = false;
  double white = 0.0;
  bool on_device = false;  // pixels or mask are in memory that the CPU cannot read
};

struct SceneMotion;

// Takes the answers of SceneEngine::align, each once, in the images' order. What it throws ends the
// call.
class ShiftSink {
 public:
  virtual ~ShiftSink() = default;
  virtual void take(std::int64_t index, const ppatch_shift& result) = 0;
  // Where the next answer's motion goes; nullptr: nowhere, it is not asked for.
  virtual SceneMotion* motion() = 0;
};

// Aligns moving images onto one reference.
class SceneEngine {
 public:
  virtual ~SceneEngine() = default;
  // Of a device: in whose order it reads images there.
  virtual void set_stream(void* stream) = 0;
  // The view's memory is read again by align.
  virtual void set_reference(const SceneImageView& reference) = 0;
  // Throws OUT_OF_MEMORY or UNSUPPORTED where it has no memory or transforms for an image: those
  // that the sink has not got may then go to another engine.
  virtual void align(std::int64_t count, const SceneImageView* moving, ShiftSink& sink) = 0;
  virtual std::uint64_t scratch_bytes() const = 0;
};

// How an image is moved.
struct ResampleSettings {
  Interpolation interpolation = Interpolation::bilinear;
  Boundary boundary = Boundary::zero;
  std::int64_t period = 1;  // pixels between taps
  double gain = 1.0, constant = 0.0;
};

// Two raw images of one size and one pattern of colours, in blocks of block x block pixels that
// hold all of these; 1 where there is no pattern.
struct RawPair {
  SceneImageView anchor, target;
  CfaPattern cfa;
  int block = 1;
};

// How a pair's mask is made.
struct PairMaskSettings {
  double gain = 1.0;
  bool clips = false;
  double clip_bound = 0.0;
  double threshold = 0.4, quantile = 0.9999;
};

}  // namespace ppatch
