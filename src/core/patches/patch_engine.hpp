// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_PATCHES_PATCH_ENGINE_HPP_
#define PTYCHOPATCH_CORE_PATCHES_PATCH_ENGINE_HPP_

#include <cstdint>

#include "math/enums.hpp"
#include "math/patches/patch_views.hpp"

namespace ppatch {

// The part of the seam that patches need; a part of backend.hpp, which includes it.

// A patch plan's options with every default filled in.
struct PatchSettings {
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

// Coordinates of positions, found by their group and their place in it.
struct CoordinateView {
  const void* data = nullptr;
  DType dtype = DType::f64;
  std::int64_t stride_group = 0, stride_member = 0, stride_axis = 0;

  template <class T>
  const T& at(std::int64_t group, std::int64_t member, int axis) const {
    return static_cast<const T*>(
        data)[group * stride_group + member * stride_member + axis * stride_axis];
  }
};

struct PositionSource {
  std::int64_t count = 0;
  CoordinateView value;  // F32 or F64: positions, or the fractions of split ones
  CoordinateView whole;  // I32: the integer parts of split ones, else without data
};

enum class Accumulation { overwrite, accumulate };

// Runs the operators of one patch plan.
class PatchEngine {
 public:
  virtual ~PatchEngine() = default;

  // Keeps the old positions where it throws.
  virtual void set_positions(const PositionSource& source) = 0;
  // index: count values in [0, 2^31), or null for none.
  virtual void set_image_index(const std::int32_t* index) = 0;
  virtual void set_stream(void* stream) = 0;
  virtual std::int64_t position_count() const = 0;
  // Positions in use in the plan's axes and sign, (count, 2), after mirroring and jitter.
  virtual void get_positions(double* out, std::int64_t stride_k,
                             std::int64_t stride_axis) const = 0;
  // Whether an image index is set, and the largest image it names.
  virtual bool has_image_index() const = 0;
  virtual std::int64_t largest_image_index() const = 0;
  virtual std::uint64_t scratch_bytes() const = 0;

  // With a probe, out holds waves.
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
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CORE_PATCHES_PATCH_ENGINE_HPP_
