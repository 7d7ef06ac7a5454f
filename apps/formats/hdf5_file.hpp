// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "formats/array_store.hpp"
#include "formats/hdf5_handle.hpp"

namespace ptychopatch::formats {

// An HDF5 file opened for reading. A key is a path from the root group; links are followed.
class Hdf5File : public ArrayStore {
 public:
  explicit Hdf5File(const std::string& path);

  std::string format() const override { return "hdf5"; }
  std::vector<std::string> keys() const override;
  // A dataset.
  bool has(const std::string& key) const override;
  NpyHeader header(const std::string& key) const override;
  NpyArray read(const std::string& key) const override;
  // A dataset of one text, or the root group's attribute.
  std::optional<std::string> text(const std::string& key) const override;
  std::optional<double> attribute(const std::string& key, const std::string& name) const override;
  std::optional<std::string> text_attribute(const std::string& key,
                                            const std::string& name) const override;
  std::optional<std::string> link(const std::string& key) const override;
  std::vector<std::string> children(const std::string& group) const override;

 private:
  struct Dataset;
  class Lister;

  // The root group where key is "".
  Hdf5Handle open(const std::string& key) const;
  Dataset dataset(const std::string& key) const;

  Hdf5Silence silence_;
  Hdf5Handle file_;
};

}  // namespace ptychopatch::formats
