// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "core/context.hpp"
#include "core/error.hpp"

namespace ppatch {

// One of the caller's arrays under the name of its argument, found sound: its shape and strides
// address memory without overflow, and the backend can reach it. Every check throws
// INVALID_ARGUMENT.
class CheckedArray {
 public:
  CheckedArray(const char* name, const ppatch_array* array, const Reach& machine);

  const char* name() const { return name_; }
  void* data() const { return array_->data; }
  DType dtype() const { return static_cast<DType>(array_->dtype); }
  int ndim() const { return array_->ndim; }
  std::int64_t shape(int axis) const { return array_->shape[axis]; }
  // In scalars of the real type: complex strides count twice.
  std::int64_t stride(int axis) const { return array_->strides[axis] * components(); }
  int components() const;
  bool empty() const { return empty_; }
  bool on_device() const { return !empty_ && array_->device_type == PPATCH_DEVICE_CUDA; }
  // The card's number, or none.
  int card() const { return on_device() ? array_->device_id : Context::host; }
  // The bytes that it touches; none of an empty array.
  const unsigned char* first_byte() const {
    return reinterpret_cast<const unsigned char*>(first_);  // NOLINT(performance-no-int-to-ptr)
  }
  std::size_t byte_count() const { return last_ - first_; }

  void expect_dtype(std::span<const DType> legal) const;
  void expect_dtype(std::initializer_list<DType> legal) const {
    expect_dtype(std::span(legal.begin(), legal.size()));
  }
  void expect_shape(const std::vector<std::int64_t>& shape) const;
  // For arrays that the calling thread reads or writes on every backend.
  void expect_host() const;
  // No two of its indices share an address.
  void expect_writable() const;
  void expect_apart_from(const CheckedArray& other) const;

 private:
  const char* name_;
  const ppatch_array* array_;
  bool empty_ = false;
  // Byte range [first_, last_) that the array touches.
  std::uintptr_t first_ = 0, last_ = 0;
};

// The view of an array whose last two axes are those of images, and the one before them, where
// there is one, the images'.
ImageView image_view(const CheckedArray& array);

const char* name_of(DType dtype);
std::string text_of_shape(const std::int64_t* shape, std::size_t ndim);
// That of one component of a pixel.
DType real_type_of(DType dtype);

}  // namespace ppatch
