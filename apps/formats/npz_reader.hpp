// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/array_store.hpp"

struct zip;

namespace ptychopatch::formats {

// A zip archive of .npy members, by NumPy's keys: member names without ".npy". Members may be
// stored or deflated, and ZIP64.
class NpzReader : public ArrayStore {
 public:
  explicit NpzReader(const std::string& path);
  // Of an archive that was compressed by bzip2, unpacked.
  NpzReader(Bytes bytes, const std::string& path);

  std::string format() const override {
    return bytes_.size() == 0 ? "npz" : "npz, compressed by bzip2";
  }
  // In the archive's order.
  std::vector<std::string> keys() const override { return keys_; }
  bool has(const std::string& key) const override { return index_.contains(key); }
  NpyHeader header(const std::string& key) const override;
  NpyArray read(const std::string& key) const override;
  std::optional<std::string> text(const std::string& key) const override;

 private:
  struct Discard {
    void operator()(zip* archive) const;
  };

  void list();
  template <class Function>
  auto with_member(const std::string& key, Function function) const;

  Bytes bytes_;
  std::uint64_t archive_bytes_ = 0;
  std::unique_ptr<zip, Discard> archive_;
  std::vector<std::string> keys_;
  std::map<std::string, std::uint64_t> index_;
};

// What a bzip2 file holds. Memory is taken as the bytes come; more than this machine has is
// refused.
Bytes unpack_bzip2(const std::string& path);

}  // namespace ptychopatch::formats
