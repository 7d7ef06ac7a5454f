// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>

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
  virtual void add(const std::string& key, const Tensor& tensor) = 0;
  virtual void add_text(const std::string& key, const std::string& utf8) = 0;
  // For arrays larger than memory: produce is called while the file is being written.
  virtual void add_stream(const std::string& key, ppatch_dtype dtype, const Shape& shape,
                          Produce produce) = 0;

  // What produce throws comes through.
  virtual void write(OutputFile& file, bool deflate) = 0;
};

}  // namespace ptychopatch::formats
