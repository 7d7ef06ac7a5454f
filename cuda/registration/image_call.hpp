// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_REGISTRATION_IMAGE_CALL_HPP_
#define PTYCHOPATCH_CUDA_REGISTRATION_IMAGE_CALL_HPP_

#include <vector>

#include "cuda/runtime/array_copies.hpp"
#include "cuda/runtime/block.hpp"
#include "cuda/runtime/staging.hpp"
#include "kernels/registration/pair_pixels.hpp"

namespace ppatch {

// A call about images that no plan belongs to: its stream, its images on the device, and its
// scratch, all within the budget and gone in the end.
class ImageCall {
 public:
  explicit ImageCall(const Machine& machine);

  // A host image's copy; one on the device as it is.
  ImageView input(const char* name, const ImageView& view) { return image(name, view, true); }
  // What it holds is fetched by finish().
  ImageView output(const char* name, const ImageView& view) { return image(name, view, false); }
  template <class T>
  T* scratch(std::int64_t count) {
    return static_cast<T*>(
        copies_.take(slot_++, "scratch", DeviceBuffer<T>::bytes_of(count), stream_.get()));
  }

  // A kernel that knows its blocks.
  template <class Kernel>
  void run(const Kernel& kernel) const {
    device::launch(kernel, kernel.blocks(), stream_.get());
  }
  template <class Body>
  void run_each(const Body& body, std::int64_t count) const {
    run(EachPiece<Body>{body, count});
  }
  // Body over the pixels of so many images.
  template <class Body>
  void run_each_pixel(const Body& body, std::int64_t count, std::int64_t height,
                      std::int64_t width) const {
    run_each(EachPixel<Body>{body, height, width}, count * height * width);
  }

  // What is on the device, when all that comes before is done.
  template <class T>
  std::vector<T> fetched(const T* from, std::int64_t count) const {
    std::vector<T> values(static_cast<std::size_t>(count));
    device::copy_to_host(values.data(), from, DeviceBuffer<T>::bytes_of(count), stream_.get());
    device::synchronize(stream_.get());
    return values;
  }
  void finish();

 private:
  struct Output {
    const void* from = nullptr;
    HostLayout to;
  };
  ImageView image(const char* name, const ImageView& view, bool is_input);

  device::Selection selected_;
  PlanStream stream_;
  Staging staging_;
  ArrayCopies copies_;
  std::vector<Output> outputs_;
  int slot_ = 0;
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_REGISTRATION_IMAGE_CALL_HPP_
