// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_NPZ_WRITER_HPP_
#define PTYCHOPATCH_APPS_FORMATS_NPZ_WRITER_HPP_

#include <functional>
#include <string>
#include <vector>

#include "formats/output_file.hpp"
#include "formats/tensor.hpp"

namespace ptychopatch::formats {

// A zip archive of .npy members that NumPy opens; ZIP64 where a member or the whole needs it. Equal
// arrays give equal bytes: no time of day is kept.
class NpzWriter {
 public:
  // The member's next bytes, which stay valid until the next call; none at the end.
  using Produce = std::function<std::span<const std::byte>()>;

  // tensor must outlive write().
  void add(const std::string& key, const Tensor& tensor);
  void add_text(const std::string& key, const std::string& utf8);
  // For members larger than memory: produce is called while the archive is being written.
  void add_stream(const std::string& key, ppatch_dtype dtype, const Shape& shape, Produce produce);

  // About what the archive takes when nothing is compressed.
  std::uint64_t bytes() const;

  // What produce throws comes through.
  void write(OutputFile& file, bool deflate);

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

#endif  // PTYCHOPATCH_APPS_FORMATS_NPZ_WRITER_HPP_
