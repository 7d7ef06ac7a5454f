// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "formats/output_file.hpp"
#include "formats/tensor.hpp"

namespace ptychopatch::formats {

// Named arrays that become one file. Equal arrays give equal bytes: no time of day is kept.
class ArrayWriter {
 public:
  // The array's next bytes, which stay valid until the next call; none at the end.
  using Produce = std::function<std::span<const std::byte>()>;

  virtual ~ArrayWriter() = default;

  // tensor must outlive write().
  void add(const std::string& key, const Tensor& tensor) {
    add_stream(key, tensor.dtype, tensor.shape, produce_once(tensor.data.span()));
  }
  // Texts follow the arrays.
  void add_text(const std::string& key, const std::string& utf8) { texts_.emplace_back(key, utf8); }
  // For arrays larger than memory: produce is called while the file is being written.
  void add_stream(const std::string& key, ppatch_dtype dtype, const Shape& shape, Produce produce) {
    arrays_.push_back({key, element_type(dtype), shape, std::move(produce)});
  }

  // What produce throws comes through.
  virtual void write(OutputFile& file, bool deflate) = 0;

 protected:
  struct Array {
    std::string key;
    ElementType type;
    Shape shape;
    Produce produce;
  };

  static Produce produce_once(std::span<const std::byte> bytes) {
    return [bytes]() mutable { return std::exchange(bytes, {}); };
  }

  std::vector<Array> arrays_;
  std::vector<std::pair<std::string, std::string>> texts_;
};

// A zip archive of .npy members that NumPy opens; ZIP64 where a member or the whole needs it.
class NpzWriter : public ArrayWriter {
 public:
  void write(OutputFile& file, bool deflate) override;
};

// An HDF5 file with a dataset per array, complex numbers as h5py has them, and the texts as
// attributes of the root group. Deflated arrays are chunked by patch.
class Hdf5Writer : public ArrayWriter {
 public:
  void write(OutputFile& file, bool deflate) override;
};

}  // namespace ptychopatch::formats
