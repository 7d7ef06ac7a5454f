// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "formats/element_type.hpp"

namespace ptychopatch::formats {

// An identifier of the HDF5 library, with the function that gives it back. Negative: none.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Hdf5Handle() = default;
  Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Hdf5Handle() { reset(); }
  Hdf5Handle(Hdf5Handle&& other) noexcept { swap(other); }
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    swap(other);
    return *this;
  }

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

  // False where giving it back fails: something could not be written.
  bool reset() {
    const bool good = id_ < 0 || close_(id_) >= 0;
    id_ = H5I_INVALID_HID;
    return good;
  }

 private:
  void swap(Hdf5Handle& other) {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
  }

  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

// While it lives, the HDF5 library prints no errors of its own.
class Hdf5Silence {
 public:
  Hdf5Silence() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Hdf5Silence() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  Hdf5Silence(const Hdf5Silence&) = delete;
  Hdf5Silence& operator=(const Hdf5Silence&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

// The innermost reason of the call that failed last.
std::string hdf5_reason();

// The one text in a dataset or an attribute; None where it holds anything else.
std::optional<std::string> hdf5_text(hid_t object, bool is_attribute);

// A text as the root group's attribute; false where it cannot be written.
bool write_hdf5_text(hid_t file, const std::string& name, const std::string& utf8);

// What one element of a dataset becomes in memory. Complex numbers are pairs of floats, as h5py
// stores them. FormatError, begun by source, where the type is none that is read.
ElementType element_type_of(hid_t type, const std::string& source);

// An integer or a float of those that are read.
bool is_hdf5_number(hid_t type);

// The HDF5 type of an element in memory; where an element is complex, with the names of the pair
// in `like` (or "r" and "i" where like is negative).
Hdf5Handle memory_type(const ElementType& type, hid_t like);

// How many bytes are stored for a dataset at most, deflated perhaps: in its file, or in those that
// it is a view of or keeps its data in, each of which has to be there. FormatError begins with
// `source`.
std::uint64_t hdf5_stored_bytes(hid_t dataset, const std::string& source);

// The size of a file that holds a part of a dataset. FormatError, begun by `source`, where it is
// none.
std::uint64_t hdf5_part_bytes(const std::string& path, const std::string& source);

// How many bytes the files have that a dataset is a view of; 0 where it is no view. Throws
// FormatError, begun by `source`, where a view leads to itself and is not to be read; or over more
// than 16 others, or to what is not there, or to names by a pattern.
std::uint64_t hdf5_view_bytes(hid_t dataset, const std::string& source);

}  // namespace ptychopatch::formats
