// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_PATCHES_CHUNK_ARRAYS_HPP_
#define PTYCHOPATCH_CUDA_PATCHES_CHUNK_ARRAYS_HPP_

#include <cstdint>

#include "cuda/patches/host_views.hpp"
#include "cuda/runtime/array_copies.hpp"
#include "cuda/runtime/device.hpp"
#include "cuda/runtime/staging.hpp"
#include "math/patches/patch_views.hpp"

namespace ppatch {

// Arrays of a patch call that may be copies.
enum PatchSlot : int {
  image_slot,
  coverage_slot,
  probe_slot,
  patches_slot,
  gradient_slot,
  curvature_slot
};

// Whether kernels can use an array as it is; without elements it is not looked at.
inline bool reaches(const void* data, std::int64_t elements) {
  return elements == 0 || !data || device::reaches(data);
}

inline bool reaches(const ImageView& view) {
  return reaches(view.data, view.count * view.height * view.width);
}

inline bool reaches(const PatchView& view) {
  return reaches(view.data, view.images * view.count * view.modes * view.height * view.width);
}

// The part of a call's patches, and of the probes of one position each, that a chunk works on:
// where it lies, or a packed copy.
template <class T, int C>
class ChunkArrays {
 public:
  ChunkArrays(const PatchView& patches, const ProbeView& probe, ArrayCopies& copies,
              Staging& staging, device::Stream stream)
      : patches_(patches),
        probe_(probe),
        copies_(copies),
        staging_(staging),
        stream_(stream),
        copies_patches_(!reaches(patches)),
        copies_probe_(probe.data && !probe.shared && patches.count > 0 &&
                      !device::reaches(probe.data)) {}

  std::uint64_t bytes_a_patch() const {
    const std::int64_t plane = patches_.height * patches_.width;
    const std::int64_t patch = patches_.images * patches_.modes * plane;
    const std::int64_t probe = probe_.modes * plane;
    return static_cast<std::uint64_t>(
        ((copies_patches_ ? patch : 0) + (copies_probe_ ? probe : 0)) * C *
        static_cast<std::int64_t>(sizeof(T)));
  }

  PatchView patches(std::int64_t first, std::int64_t last, bool read) {
    const PatchView part = part_of(patches_, first, last, sizeof(T));
    if (!copies_patches_) return part;
    const HostLayout layout = layout_of(part, C, sizeof(T));
    void* const memory = copies_.take(patches_slot, "patches", layout.packed_bytes(), stream_);
    if (read) staging_.upload(layout, memory, stream_);
    return packed(part, C, memory);
  }
  void download_patches(const PatchView& from, std::int64_t first, std::int64_t last) {
    if (!copies_patches_) return;
    const PatchView to = part_of(patches_, first, last, sizeof(T));
    staging_.download(from.data, layout_of(to, C, sizeof(T)), stream_);
  }

  // `shared` where all positions have one.
  ProbeView probe(const ProbeView& shared, std::int64_t first, std::int64_t last, bool read) {
    if (!probe_.data || probe_.shared) return shared;
    const ProbeView part = part_of(probe_, first, sizeof(T));
    if (!copies_probe_) return part;
    const HostLayout layout =
        layout_of(part, last - first, patches_.height, patches_.width, C, sizeof(T));
    void* const memory = copies_.take(probe_slot, "probe", layout.packed_bytes(), stream_);
    if (read) staging_.upload(layout, memory, stream_);
    return packed(part, patches_.height, patches_.width, C, memory);
  }
  void download_probe(const ProbeView& from, std::int64_t first, std::int64_t last) {
    if (!copies_probe_) return;
    const ProbeView to = part_of(probe_, first, sizeof(T));
    staging_.download(from.data,
                      layout_of(to, last - first, patches_.height, patches_.width, C, sizeof(T)),
                      stream_);
  }

 private:
  const PatchView& patches_;
  const ProbeView& probe_;
  ArrayCopies& copies_;
  Staging& staging_;
  device::Stream stream_;
  bool copies_patches_, copies_probe_;
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_PATCHES_CHUNK_ARRAYS_HPP_
