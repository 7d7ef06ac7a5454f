// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_PATCHES_HOST_VIEWS_HPP_
#define PTYCHOPATCH_CUDA_PATCHES_HOST_VIEWS_HPP_

#include "cuda/runtime/image_views.hpp"
#include "math/patches/patch_views.hpp"

// Views of host arrays as layouts of bytes, and the views of their packed copies. C: scalars of a
// pixel, of `size` bytes each.
namespace ppatch {

HostLayout layout_of(const PatchView& view, int C, std::int64_t size);
PatchView packed(const PatchView& view, int C, void* data);
// Patches [first, last), whole groups of the view.
PatchView part_of(const PatchView& view, std::int64_t first, std::int64_t last, std::int64_t size);

// Probes of `count` positions, or the shared one.
HostLayout layout_of(const ProbeView& view, std::int64_t count, std::int64_t height,
                     std::int64_t width, int C, std::int64_t size);
ProbeView packed(const ProbeView& view, std::int64_t height, std::int64_t width, int C, void* data);
ProbeView part_of(const ProbeView& view, std::int64_t first, std::int64_t size);

HostLayout layout_of(const PositionResultView& view, std::int64_t images, std::int64_t count,
                     std::int64_t size);
PositionResultView packed(const PositionResultView& view, std::int64_t count, void* data);
PositionResultView part_of(const PositionResultView& view, std::int64_t first, std::int64_t size);

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_PATCHES_HOST_VIEWS_HPP_
