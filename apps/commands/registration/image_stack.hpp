// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace ptychopatch::alignment {

enum class StackMode { mean, clip };

// Images on the same pixels, combined to one. A value that is NaN tells nothing.
class ImageStack {
 public:
  virtual ~ImageStack() = default;

  // One value a pixel, and its weight in means; no weights: each is 1. All images of a stack have
  // weights, or none has.
  virtual void add(std::span<const float> image, std::span<const float> weights) = 0;
  // Of all that were added, on so many threads; NaN where no image tells anything. The stack is
  // spent then. advance is told the share that is done now and then; what it throws comes through.
  virtual void combine(std::span<float> out, int threads,
                       const std::function<void(double)>& advance) = 0;

  // Of the values that tell something, how many were left out.
  std::uint64_t values() const { return values_; }
  std::uint64_t rejected() const { return rejected_; }

 protected:
  std::uint64_t values_ = 0, rejected_ = 0;
};

// The weighted mean of each pixel.
std::unique_ptr<ImageStack> mean_stack(std::size_t pixels);

// The mean without what lies farther than `limit` standard errors from the median of its pixel. An
// image's standard error at a brightness is the median of its distances from the pixels' medians,
// over pixels of about that brightness, times what makes it that of normal noise (1.4826 of very
// many images, 3.2 of three); where the values of a pixel scatter more (1.4826 times the median of
// their distances), as at an edge, it is that. Of pixels with fewer than three values it is the
// mean. Images are kept in a file without a name in the folder.
std::unique_ptr<ImageStack> clipped_stack(std::size_t pixels, double limit,
                                          const std::string& folder);

// Memory that they take, for each pixel and in all.
inline constexpr std::uint64_t mean_stack_bytes = 12;
inline constexpr std::uint64_t clipped_stack_memory = std::uint64_t{64} << 20;

}  // namespace ptychopatch::alignment
