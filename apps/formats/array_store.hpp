// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/child_process.hpp"
#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/npy_array.hpp"

namespace ptychopatch::formats {

// Beyond what any real file has.
inline constexpr std::size_t max_keys = 10000;
inline constexpr int max_depth = 16;

// Deflate makes at most 1032 bytes of one; no other filter in use comes near.
inline constexpr std::uint64_t max_expansion = 1032;

// A file of named arrays, whatever its format.
class ArrayStore {
 public:
  explicit ArrayStore(const std::string& path) : name_(quoted(path)) {}
  virtual ~ArrayStore() = default;
  ArrayStore(const ArrayStore&) = delete;
  ArrayStore& operator=(const ArrayStore&) = delete;

  // In quotes, for a message.
  const std::string& name() const { return name_; }
  // How a message names an array: 'scan.npz' (key 'xcoords').
  std::string source(const std::string& key) const { return name_ + " (key " + quoted(key) + ")"; }

  virtual std::string format() const = 0;  // "npz"
  // Of every array, for a listing; an HDF5 path has no leading slash.
  virtual std::vector<std::string> keys() const = 0;
  virtual bool has(const std::string& key) const = 0;

  // FormatError where there is no such array or none that can be read. Sizes are checked against
  // the file and this machine's memory before any is taken.
  virtual NpyHeader header(const std::string& key) const = 0;
  virtual NpyArray read(const std::string& key) const = 0;

  // A text that is there under this key, None where there is none.
  virtual std::optional<std::string> text(const std::string&) const { return std::nullopt; }

  // What only some formats have. A number or a text attached to an array:
  virtual std::optional<double> attribute(const std::string&, const std::string&) const {
    return std::nullopt;
  }
  virtual std::optional<std::string> text_attribute(const std::string&, const std::string&) const {
    return std::nullopt;
  }
  // Where a key is a soft link, what it names.
  virtual std::optional<std::string> link(const std::string&) const { return std::nullopt; }
  // Names in a group, in the order of their names; none where there is no such group.
  virtual std::vector<std::string> children(const std::string&) const { return {}; }

 private:
  std::string name_;
};

// By the file's first bytes: .npz (as it is or compressed by bzip2), HDF5 or MAT. In this process;
// ask_store() has the one that does no harm.
std::unique_ptr<ArrayStore> open_store(const std::string& path);

std::unique_ptr<ArrayStore> open_npz(const std::string& path);
// Of an archive in memory that came from a file of that name.
std::unique_ptr<ArrayStore> open_npz(Bytes bytes, const std::string& path);
std::unique_ptr<ArrayStore> open_bzip2(const std::string& path);
std::unique_ptr<ArrayStore> open_hdf5(const std::string& path);
std::unique_ptr<ArrayStore> open_mat(const std::string& path);

// What `question` finds in the file, in a child where the format's library may fail on it.
template <class Value, class Question>
Value ask_store(const std::string& path, const Question& question) {
  const auto answer = [&]() -> Value { return question(*open_store(path)); };
  switch (container_of(path)) {
    case Container::hdf5:
      return in_child<Value>({"the HDF5 library", quoted(path), {}}, answer);
    case Container::mat:
      return in_child<Value>({"libmatio", quoted(path), {}}, answer);
    default:
      return answer();
  }
}

// All values, rounded to f64, in C order. FormatError unless there are `count` of them.
std::vector<double> read_numbers(const ArrayStore& store, const std::string& key,
                                 std::size_t count);
double read_number(const ArrayStore& store, const std::string& key);

}  // namespace ptychopatch::formats
