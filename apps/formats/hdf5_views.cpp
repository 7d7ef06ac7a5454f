// SPDX-License-Identifier: Apache-2.0
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

std::string name_of_object(hid_t object) {
  return name_by([&](char* to, std::size_t room) { return H5Iget_name(object, to, room); })
      .value_or("");
}

// Follows the sources of views, each once: the HDF5 library reads a view of itself until the stack
// ends.
class Walk {
 public:
  explicit Walk(const std::string& source) : source_(source) {}

  void visit(hid_t dataset, int depth) {
    const Hdf5Handle plist(H5Dget_create_plist(dataset), &H5Pclose);
    if (!plist || H5Pget_layout(plist.get()) != H5D_VIRTUAL) return;
    const Hdf5Handle file(H5Iget_file_id(dataset), &H5Fclose);
    if (!file) damaged();
    const std::string own = name_of_file(file.get());
    State& state = states_[{own, name_of_object(dataset)}];
    if (state == State::open || depth > max_depth) {
      throw FormatError(source_ + " is a view of itself, or of views one on the other, more than " +
                        std::to_string(max_depth));
    }
    if (state == State::done) return;
    state = State::open;
    std::size_t parts = 0;
    if (H5Pget_virtual_count(plist.get(), &parts) < 0 || parts > max_parts) damaged();
    std::set<Place> sources;
    for (std::size_t i = 0; i < parts; ++i) sources.insert(source_of(plist.get(), i));
    for (const auto& [source_file, source_name] : sources) {
      if (source_file == ".") {
        follow(file.get(), source_name, depth);
        continue;
      }
      fs::path path(source_file);
      std::error_code none;
      const fs::path there = fs::path(own).parent_path() / path;
      if (path.is_relative() && fs::exists(there, none)) path = there;
      const Hdf5Handle other(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), &H5Fclose);
      if (other) follow(other.get(), source_name, depth);
    }
    state = State::done;
  }

 private:
  enum class State { unknown, open, done };
  using Place = std::pair<std::string, std::string>;  // file, dataset

  [[noreturn]] void damaged() const {
    throw FormatError(source_ + " is damaged: " + hdf5_reason());
  }

  Place source_of(hid_t plist, std::size_t i) const {
    const auto file = name_by(
        [&](char* to, std::size_t room) { return H5Pget_virtual_filename(plist, i, to, room); });
    const auto name = name_by(
        [&](char* to, std::size_t room) { return H5Pget_virtual_dsetname(plist, i, to, room); });
    if (!file || !name) damaged();
    return {*file, *name};
  }

  // What is not there is filled.
  void follow(hid_t file, const std::string& name, int depth) {
    const Hdf5Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), &H5Dclose);
    if (dataset) visit(dataset.get(), depth + 1);
  }

  const std::string& source_;
  std::map<Place, State> states_;  // whose references stay
};

}  // namespace

void require_finite_view(hid_t dataset, const std::string& source) {
  Walk(source).visit(dataset, 0);
}

}  // namespace ptychopatch::formats
