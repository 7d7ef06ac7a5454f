// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_BACKEND_HPP_
#define PTYCHOPATCH_CORE_BACKEND_HPP_

#include <cstdint>
#include <memory>
#include <string>

#include "core/allocator.hpp"
#include "core/callbacks.hpp"
#include "core/groups/group_engine.hpp"
#include "math/enums.hpp"
#include "math/views.hpp"

// The seam between plans and the machines that run them. Everything that crosses it has been
// validated; a backend meets only legal shapes. Its methods throw Error.
namespace ptychopatch {

// What a context gives to its backend. allocator and callbacks outlive it; the allocator's memory
// is where the backend works, on a device's backend its own.
struct BackendSettings {
  int device = 0;
  int num_threads = 0;  // 0: as many as the process may use
  std::uint64_t memory_budget = 0;
  const Allocator* allocator = nullptr;
  const Callbacks* callbacks = nullptr;
};

struct BackendInfo {
  int num_threads = 0;
  std::string device_name;
  std::string simd;
};

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

// Colours of a mosaic by place: the greens are one colour. period 1: no mosaic.
struct Mosaic {
  int period = 1;
  unsigned char colour[36] = {};  // 0 red, 1 green, 2 blue; row-major, period x period

  int at(std::int64_t y, std::int64_t x) const { return colour[y % period * period + x % period]; }
  bool operator==(const Mosaic&) const = default;
};

enum class ShiftMethod : std::int32_t { ml = 0, phase = 1, cross = 2, per_plane = 3 };

// A scene plan's options with every default filled in. "Automatic" ends here, but for hot pixels,
// which depend on an image's dtype.
struct SceneSettings {
  ShiftMethod method = ShiftMethod::ml;
  std::int64_t height = 0, width = 0;
  Mosaic mosaic;
  double max_shift[2] = {0.0, 0.0};  // 0: unlimited
  bool displacement = false;         // the sign
  bool circular = false;
  bool repair_integers = true, repair_floats = false;  // hot pixels
  bool fixed_pattern = true;
  bool plane_mean = false;
  int upsample = 1;
  double overlap_ratio = 0.3;
};

// Pixels of one image with its levels by place in the mosaic's period.
struct SceneImageView {
  const void* data = nullptr;
  DType dtype = DType::f32;
  std::int64_t height = 0, width = 0;
  std::int64_t stride_y = 0, stride_x = 0;
  const std::uint8_t* mask = nullptr;
  std::int64_t mask_stride_y = 0, mask_stride_x = 0;
  double black[36] = {};
  bool clips = false;
  double white = 0.0;
  bool on_device = false;  // pixels or mask are in memory that the CPU cannot read
};

// Takes the answers of SceneEngine::align, each once, in the images' order. What it throws ends the
// call.
class ShiftSink {
 public:
  virtual ~ShiftSink() = default;
  virtual void take(std::int64_t index, const ppatch_shift& result) = 0;
};

// Aligns moving images onto one reference.
class SceneEngine {
 public:
  virtual ~SceneEngine() = default;
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

// How a pair's mask is made.
struct PairMaskSettings {
  double gain = 1.0;
  bool clips = false;
  double clip_bound = 0.0;
  double threshold = 0.4, quantile = 0.9999;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual BackendInfo info() const = 0;
  virtual ppatch_backend kind() const = 0;
  virtual void synchronize() = 0;
  // Scratch that make_patch_engine takes; throws OUT_OF_MEMORY where the budget cannot hold it.
  virtual std::uint64_t patch_engine_bytes(const PatchSettings& settings) const = 0;
  virtual std::unique_ptr<PatchEngine> make_patch_engine(const PatchSettings& settings) = 0;
  virtual std::uint64_t group_engine_bytes(const GroupSettings& settings) const = 0;
  virtual std::unique_ptr<GroupEngine> make_group_engine(const GroupSettings& settings) = 0;

  // Whether it aligns scenes by that method; else the CPU does it, on host arrays, and `reason`
  // says why.
  virtual bool aligns(ShiftMethod method, std::string* reason) const {
    static_cast<void>(method);
    static_cast<void>(reason);
    return true;
  }
  virtual std::uint64_t scene_engine_bytes(const SceneSettings& settings) const = 0;
  virtual std::unique_ptr<SceneEngine> make_scene_engine(const SceneSettings& settings) = 0;

  // out[y, x] = gain * image(y - shift[0], x - shift[1]); one dtype, u16, f32 or f64.
  virtual void shift_image(const ImageView& image, const double shift[2],
                           const ResampleSettings& settings, const ImageView& out) = 0;
  // (pixel - black) / (white - black).
  virtual void normalise_mosaic(const SceneImageView& image, int period, const ImageView& out) = 0;
  // The same, averaged by colour over block x block pixels; out holds three images.
  virtual void bin_mosaic(const SceneImageView& image, const Mosaic& mosaic, int block,
                          const ImageView& out) = 0;
  // Both of one shape, f32 or f64 each.
  virtual double pair_gain(const ImageView& anchor, const ImageView& target) = 0;
  virtual double pair_loss(const ImageView& anchor, const ImageView& target, double gain) = 0;
  // mask: u8. Returns its mean.
  virtual double pair_mask(const ImageView& anchor, const ImageView& target,
                           const PairMaskSettings& settings, const ImageView& mask) = 0;

  // Whether arrays on that device can be used as they are.
  virtual bool accepts(ppatch_device_type type, int device) const = 0;
};

std::unique_ptr<Backend> make_cpu_backend(const BackendSettings& settings);

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CORE_BACKEND_HPP_
