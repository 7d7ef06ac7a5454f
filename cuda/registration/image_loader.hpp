// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/registration/decimation_filter.hpp"
#include "core/registration/scene_geometry.hpp"
#include "cuda/registration/kernels/scene_decimate.hpp"
#include "cuda/registration/pattern_search.hpp"
#include "cuda/runtime/machine.hpp"
#include "cuda/runtime/staging.hpp"
#include "kernels/registration/conditioning.hpp"
#include "kernels/registration/hot_pixels.hpp"
#include "kernels/registration/scene_image.hpp"

namespace ppatch {

// Makes band-limited images of a scene's images on the device: uploaded where they are on the host,
// measured, conditioned, decimated, and looked through for fixed patterns. The device is selected
// by the caller, also where a loader is destroyed.
class ImageLoader {
 public:
  // For images up to the settings' size. Throws OUT_OF_MEMORY where there is no memory for it.
  ImageLoader(const SceneSettings& settings, const Machine& machine);
  ~ImageLoader();
  ImageLoader(const ImageLoader&) = delete;
  ImageLoader& operator=(const ImageLoader&) = delete;

  // Of the device, and of pinned host memory.
  static std::uint64_t scratch_bytes(const SceneSettings& settings);
  static std::uint64_t pinned_bytes(const SceneSettings& settings);

  // Enqueues all work on the top-left geometry.height x geometry.width of an image. A host view is
  // copied when this returns, unless its memory is page-locked: that is read, and one on the
  // device, in the stream's order. The host waits for nothing but pinned memory, at most until the
  // image before the last is conditioned; of images of doubles, until the last is.
  // replaces_clipped: clipped pixels become the white level, as those of a reference
  // must. planes: geometry.scales of them. planes and state, on the device, are written in the
  // stream's order; where state->status is not OK in the end, planes hold anything.
  void load(const SceneImageView& view, const SceneGeometry& geometry, bool replaces_clipped,
            const ScenePlane planes[], SceneImageState* state, device::Stream stream);

 private:
  // Copies of host images, two in turn: while one is worked on, the next is on its way.
  struct Slot {
    DeviceEvent uploaded, read;
    bool in_use = false;  // by the image that is being loaded
    bool has_been_read = false;
  };
  // What one image is worked on with.
  struct Job {
    ScenePixels pixels;
    ConditioningRules rules;
    bool repairs = false;
    ScenePlane out;
    SceneRuns runs;
    SceneImageState* state = nullptr;
    device::Stream stream = nullptr;
  };

  ScenePixels upload(const SceneImageView& view, const SceneGeometry& geometry,
                     device::Stream stream);
  template <class T>
  void condition(const Job& job);
  template <class T, int Step>
  void decimate(const Job& job, const DecimationFilter& filter, bool conditions);

  SceneSettings settings_;
  NearPixels near_;
  DecimationFilter fine_filter_, coarse_filter_;
  std::uint64_t slot_bytes_, mask_bytes_;
  DeviceBuffer<unsigned char> pixels_, masks_;
  DeviceBuffer<CfaPhaseSums> sums_;
  DeviceBuffer<Conditioning> conditioning_;
  DeviceBuffer<float> threshold_;
  DeviceBuffer<std::int32_t> look_again_;
  PatternSearch pattern_;
  Staging staging_;
  PlanStream upload_;
  Slot slot_[2];
  int turn_ = 0;
  DeviceEvent done_;
  bool has_worked_ = false;
};

}  // namespace ppatch
