// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_MAT_FILE_HPP_
#define PTYCHOPATCH_APPS_FORMATS_MAT_FILE_HPP_

#include "formats/array_store.hpp"
#include "formats/mat_index.hpp"

namespace ptychopatch::formats {

// A MAT file of version 5 opened for reading. A key is a variable's name, or "p.dx_spec" for a
// field of a structure.
class MatFile : public ArrayStore {
 public:
  explicit MatFile(const std::string& path);
  // bytes must outlive the file.
  MatFile(std::span<const std::byte> bytes, const std::string& name);

  std::string format() const override { return "mat"; }
  std::vector<std::string> keys() const override { return index_.keys; }
  bool has(const std::string& key) const override { return index_.entries.contains(key); }
  std::string source(const std::string& key) const override;
  NpyHeader header(const std::string& key) const override { return entry(key).header; }
  NpyArray read(const std::string& key) const override;
  std::optional<std::string> text(const std::string&) const override { return std::nullopt; }

 private:
  // FormatError where there is none, or none of a type that is read.
  const MatEntry& entry(const std::string& key) const;

  std::string name_;
  MatBytes bytes_;
  MatIndex index_;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_MAT_FILE_HPP_
