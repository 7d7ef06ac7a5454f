// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_RUNTIME_IMAGE_VIEWS_HPP_
#define PTYCHOPATCH_CUDA_RUNTIME_IMAGE_VIEWS_HPP_

#include "cuda/runtime/strided_copy.hpp"
#include "math/views.hpp"

// Views of images on the host as layouts of bytes, and the views of their packed copies. C: scalars
// of a pixel, of `size` bytes each.
namespace ppatch {

HostLayout layout_of(const ImageView& view, int C, std::int64_t size);
ImageView packed(const ImageView& view, int C, void* data);

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_RUNTIME_IMAGE_VIEWS_HPP_
