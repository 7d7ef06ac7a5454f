// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_SCENE_IMAGE_LOADER_HPP_
#define PTYCHOPATCH_CUDA_SCENE_IMAGE_LOADER_HPP_

#include <cstdint>

#include "cuda/machine.hpp"
#include "kernels/scene_image.hpp"
#include "scene/scene_geometry.hpp"

namespace ptychopatch {

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
  // copied when this returns; one on the device is read in the stream's order. The host waits for
  // nothing but pinned memory, at most until the image before the last is conditioned.
  // levels_clipped: clipped pixels become the level where they clip, as those of a reference must.
  // planes: geometry.levels of them. planes and state, on the device, are written in the stream's
  // order; where state->status is not OK in the end, planes hold anything.
  void load(const SceneImageView& view, const SceneGeometry& geometry, bool levels_clipped,
            const ScenePlane planes[], SceneImageState* state, device::Stream stream);
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CUDA_SCENE_IMAGE_LOADER_HPP_
