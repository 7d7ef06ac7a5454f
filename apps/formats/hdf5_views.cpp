// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "formats/format_error.hpp"
#include "formats/hdf5_library.hpp"

namespace ptychopatch::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_name = 4096;
constexpr std::size_t max_parts = 100000;
constexpr int max_depth = 16;

// Of a function that writes a name into room for so many bytes and returns its length.
template <class Get>
std::optional<std::string> name_by(const Get& get) {
  const ssize_t length = get(nullptr, 0);
  if (length < 0 || static_cast<std::size_t>(length) > max_name) return std::nullopt;
  std::string name(static_cast<std::size_t>(length), '\0');
  get(name.data(), name.size() + 1);
  return name;
}

std::string name_of_file(hid_t file) {
  return name_by([&](char* to, std::size_t room) { return H5Fget_name(file, to, room); })
      .value_or("");
}

// Follows the sources of views, each once: the HDF5 library reads a view of itself until the stack
// ends.
class Walk {
 public:
  explicit Walk(const std::string& source) : source_(source) {}

  // Returns how many bytes the files have, each once, that the dataset itself is a view of.
  std::uint64_t visit(hid_t dataset, int depth) {
    const Hdf5Handle plist(H5Dget_create_plist(dataset), &H5Pclose);
    if (!plist || H5Pget_layout(plist.get()) != H5D_VIRTUAL) return 0;
    const Hdf5Handle file(H5Iget_file_id(dataset), &H5Fclose);
    if (!file) damaged();
    State& state = states_[place_of(file.get(), dataset)];
    if (state == State::open || depth > max_depth) {
      throw FormatError(source_ + " is a view of itself, or of views one on the other, more than " +
                        std::to_string(max_depth));
    }
    if (state == State::done) return 0;
    state = State::open;
    std::map<std::string, std::uint64_t> sizes;
    for (const auto& [source_file, name] : sources_of(plist.get())) {
      if (source_file == ".") {
        sizes[source_file] = size_of(file.get());
        follow(file.get(), name, depth);
        continue;
      }
      // Before the library opens it, which would wait for a pipe.
      const std::string path = path_of(file.get(), source_file);
      sizes[source_file] = hdf5_part_bytes(path, source_);
      const Hdf5Handle other(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), &H5Fclose);
      if (!other) damaged();
      follow(other.get(), name, depth);
    }
    state = State::done;
    std::uint64_t bytes = 0;
    for (const auto& [ignored, size] : sizes) bytes += size;
    return bytes;
  }

 private:
  enum class State { unknown, open, done };
  using Source = std::pair<std::string, std::string>;  // file, dataset
  using Place = std::array<std::uint64_t, 3>;          // device, file, address of a dataset

  [[noreturn]] void damaged() const {
    throw FormatError(source_ + " is damaged: " + hdf5_reason());
  }

  // However a file is named.
  Place place_of(hid_t file, hid_t dataset) const {
    H5O_info_t info{};
    if (H5Oget_info(dataset, &info) < 0) damaged();
    struct stat status {};
    if (stat(name_of_file(file).c_str(), &status) != 0) status = {};
    return {status.st_dev, status.st_ino, info.addr};
  }

  std::set<Source> sources_of(hid_t plist) const {
    std::size_t parts = 0;
    if (H5Pget_virtual_count(plist, &parts) < 0 || parts > max_parts) damaged();
    std::set<Source> sources;
    for (std::size_t i = 0; i < parts; ++i) {
      const auto file = name_by(
          [&](char* to, std::size_t room) { return H5Pget_virtual_filename(plist, i, to, room); });
      const auto name = name_by(
          [&](char* to, std::size_t room) { return H5Pget_virtual_dsetname(plist, i, to, room); });
      if (!file || !name) damaged();
      for (const std::string& each : {*file, *name}) {
        if (each.find('%') == std::string::npos) continue;
        throw FormatError(source_ + " is a view of files or arrays by the pattern " + quoted(each) +
                          ", expected their names");
      }
      sources.insert({*file, *name});
    }
    return sources;
  }

  // As the library looks for a source: beside the file first.
  static std::string path_of(hid_t file, const std::string& name) {
    const fs::path path(name);
    if (path.is_relative()) {
      const fs::path there = fs::path(name_of_file(file)).parent_path() / path;
      std::error_code ignored;
      if (fs::exists(there, ignored)) return there.string();
    }
    return name;
  }

  std::uint64_t size_of(hid_t file) const {
    hsize_t size = 0;
    if (H5Fget_filesize(file, &size) < 0) damaged();
    return size;
  }

  void follow(hid_t file, const std::string& name, int depth) {
    const Hdf5Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), &H5Dclose);
    if (!dataset) {
      throw FormatError(source_ + " is a view of " + quoted(name) + ", which " +
                        quoted(name_of_file(file)) + " does not have");
    }
    visit(dataset.get(), depth + 1);
  }

  const std::string& source_;
  std::map<Place, State> states_;  // whose references stay
};

}  // namespace

std::uint64_t hdf5_view_bytes(hid_t dataset, const std::string& source) {
  return Walk(source).visit(dataset, 0);
}

}  // namespace ptychopatch::formats
