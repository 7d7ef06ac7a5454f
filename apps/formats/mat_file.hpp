// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_MAT_FILE_HPP_
#define PTYCHOPATCH_APPS_FORMATS_MAT_FILE_HPP_

#include "formats/array_store.hpp"
#include "formats/file_descriptor.hpp"

struct _mat_t;

namespace ptychopatch::formats {

// A MAT file of version 5 opened for reading. A key is a variable's name, or "p.dx_spec" for a
// field of a structure.
class MatFile : public ArrayStore {
 public:
  explicit MatFile(const std::string& path);
  MatFile(std::span<const std::byte> bytes, const std::string& name);

  std::string format() const override { return "mat"; }
  std::vector<std::string> keys() const override;
  bool has(const std::string& key) const override;
  std::string source(const std::string& key) const override;
  NpyHeader header(const std::string& key) const override;
  NpyArray read(const std::string& key) const override;
  std::optional<std::string> text(const std::string&) const override { return std::nullopt; }

 private:
  struct Close {
    void operator()(_mat_t* file) const;
  };

  void open(const std::string& path);

  std::string name_;
  std::uint64_t file_bytes_ = 0;
  FileDescriptor copy_;  // of bytes in memory, as the MAT library reads files only
  std::unique_ptr<_mat_t, Close> file_;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_MAT_FILE_HPP_
