// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "formats/array_writer.hpp"

namespace ptychopatch::formats {

// A zip archive of .npy members that NumPy opens; ZIP64 where a member or the whole needs it.
class NpzWriter : public ArrayWriter {
 public:
  void add(const std::string& key, const Tensor& tensor) override;
  void add_text(const std::string& key, const std::string& utf8) override;
  void add_stream(const std::string& key, ppatch_dtype dtype, const Shape& shape,
                  Produce produce) override;

  // About what the archive takes when nothing is compressed.
  std::uint64_t bytes() const;

  void write(OutputFile& file, bool deflate) override;

  struct Member {
    std::string file_name;
    std::string header;
    std::uint64_t data_bytes = 0;
    Produce produce;
  };

 private:
  std::vector<Member> members_;
};

}  // namespace ptychopatch::formats
