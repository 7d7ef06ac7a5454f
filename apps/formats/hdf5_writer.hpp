// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "formats/array_writer.hpp"

namespace ptychopatch::formats {

// An HDF5 file with a dataset per array, complex numbers as h5py has them, and the texts as
// attributes of the root group. Deflated arrays are chunked by patch.
class Hdf5Writer : public ArrayWriter {
 public:
  void add(const std::string& key, const Tensor& tensor) override;
  void add_text(const std::string& key, const std::string& utf8) override;
  void add_stream(const std::string& key, ppatch_dtype dtype, const Shape& shape,
                  Produce produce) override;
  void write(OutputFile& file, bool deflate) override;

 private:
  struct Array {
    std::string key;
    ElementType type;
    Shape shape;
    Produce produce;
  };

  std::vector<Array> arrays_;
  std::vector<std::pair<std::string, std::string>> texts_;
};

}  // namespace ptychopatch::formats
