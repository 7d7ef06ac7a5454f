// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_ARRAY_STORE_HPP_
#define PTYCHOPATCH_APPS_FORMATS_ARRAY_STORE_HPP_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "formats/npy_array.hpp"

namespace ptychopatch::formats {

// A file of named arrays, whatever its format.
class ArrayStore {
 public:
  virtual ~ArrayStore() = default;

  virtual std::string format() const = 0;  // "npz"
  // Of every array, for a listing; an HDF5 path has no leading slash.
  virtual std::vector<std::string> keys() const = 0;
  virtual bool has(const std::string& key) const = 0;

  // How a message names an array: 'scan.npz' (key 'xcoords').
  virtual std::string source(const std::string& key) const = 0;

  // FormatError where there is no such array or none that can be read. Sizes are checked against
  // the file and this machine's memory before any is taken.
  virtual NpyHeader header(const std::string& key) const = 0;
  virtual NpyArray read(const std::string& key) const = 0;

  // A text that is there under this key, None where there is none.
  virtual std::optional<std::string> text(const std::string& key) const = 0;
  // A number attached to an array, where the format has such.
  virtual std::optional<double> attribute(const std::string& key, const std::string& name) const {
    (void)key, (void)name;
    return std::nullopt;
  }
  // Where a key is a soft link, what it names.
  virtual std::optional<std::string> link(const std::string& key) const {
    (void)key;
    return std::nullopt;
  }
};

// By the file's first bytes: .npz (as it is or compressed by bzip2), HDF5 or MAT version 5.
std::unique_ptr<ArrayStore> open_store(const std::string& path);
// The same from memory, which must outlive what it returns.
std::unique_ptr<ArrayStore> open_store(std::span<const std::byte> bytes, const std::string& name);

// All values, rounded to f64, in C order. FormatError unless there are `count` of them.
std::vector<double> read_numbers(const ArrayStore& store, const std::string& key,
                                 std::size_t count);
double read_number(const ArrayStore& store, const std::string& key);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_ARRAY_STORE_HPP_
