// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_HDF5_FILE_HPP_
#define PTYCHOPATCH_APPS_FORMATS_HDF5_FILE_HPP_

#include "formats/array_store.hpp"
#include "formats/hdf5_process.hpp"

namespace ptychopatch::formats {

// An HDF5 file that a Hdf5Reader in another process reads. A key is a path from the root group;
// links are followed.
class Hdf5File : public ArrayStore {
 public:
  explicit Hdf5File(const std::string& path);
  Hdf5File(std::span<const std::byte> bytes, const std::string& name);
  ~Hdf5File() override;
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  std::string format() const override { return "hdf5"; }
  std::vector<std::string> keys() const override;
  // A dataset.
  bool has(const std::string& key) const override;
  std::string source(const std::string& key) const override;
  NpyHeader header(const std::string& key) const override;
  NpyArray read(const std::string& key) const override;
  // A dataset of one text, or the root group's attribute.
  std::optional<std::string> text(const std::string& key) const override;
  std::optional<double> attribute(const std::string& key, const std::string& name) const override;

  std::optional<std::string> link(const std::string& key) const override;
  std::optional<std::string> text_attribute(const std::string& key, const std::string& name) const;

  // Names in a group, in the order of their names; none where there is no such group.
  std::vector<std::string> children(const std::string& group) const;

 private:
  Message question(Hdf5Question what) const;
  Message ask(const Message& question) const;

  std::string name_;
  std::shared_ptr<Hdf5Process> process_;
  std::uint64_t number_ = 0;  // by which the process knows the file
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_HDF5_FILE_HPP_
