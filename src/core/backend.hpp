// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_BACKEND_HPP_
#define PTYCHOPATCH_CORE_BACKEND_HPP_

#include <cstdint>
#include <memory>
#include <string>

#include "core/allocator.hpp"
#include "core/callbacks.hpp"
#include "core/groups/group_engine.hpp"
#include "core/patches/patch_engine.hpp"
#include "core/registration/scene_engine.hpp"

// The seam between plans and the machines that run them. Everything that crosses it has been
// validated; a backend meets only legal shapes. Its methods throw Error.
namespace ppatch {

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

  // out[y, x] = gain * image(y - shift[0], x - shift[1]); one dtype of an image's samples.
  virtual void shift_image(const ImageView& image, const double shift[2],
                           const ResampleSettings& settings, const ImageView& out) = 0;
  // (pixel - black) / (white - black).
  virtual void normalise_mosaic(const SceneImageView& image, int period, const ImageView& out) = 0;
  // The same, averaged by colour over block x block pixels; out holds three images.
  virtual void bin_mosaic(const SceneImageView& image, const CfaPattern& mosaic, int block,
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

}  // namespace ppatch

#endif  // PTYCHOPATCH_CORE_BACKEND_HPP_
