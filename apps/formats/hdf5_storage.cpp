// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <set>

#include "formats/format_error.hpp"
#include "formats/hdf5_library.hpp"
#include "formats/input_file.hpp"

namespace ptychopatch::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_name = 4096;
constexpr std::size_t max_parts = 100000;

class Storage {
 public:
  Storage(hid_t dataset, const std::string& source)
      : dataset_(dataset), source_(source), file_(H5Iget_file_id(dataset), &H5Fclose) {
    hsize_t size = 0;
    if (!file_ || H5Fget_filesize(file_.get(), &size) < 0) damaged();
    file_bytes_ = size;
  }

  std::uint64_t bytes() const {
    const Hdf5Handle plist(H5Dget_create_plist(dataset_), &H5Pclose);
    if (!plist) damaged();
    if (H5Pget_layout(plist.get()) == H5D_VIRTUAL) return of_view(plist.get());
    const int parts = H5Pget_external_count(plist.get());
    if (parts > 0) return of_external(plist.get(), parts);
    const std::uint64_t stored = H5Dget_storage_size(dataset_);
    if (stored > file_bytes_) {
      throw FormatError(source_ + " is declared as " + std::to_string(stored) +
                        " bytes stored in a file of " + std::to_string(file_bytes_));
    }
    return stored;
  }

 private:
  [[noreturn]] void damaged() const {
    throw FormatError(source_ + " is damaged: " + hdf5_reason());
  }

  std::uint64_t of_view(hid_t plist) const {
    std::size_t parts = 0;
    if (H5Pget_virtual_count(plist, &parts) < 0 || parts > max_parts) damaged();
    std::set<std::string> names;
    for (std::size_t i = 0; i < parts; ++i) {
      const ssize_t length = H5Pget_virtual_filename(plist, i, nullptr, 0);
      if (length < 0 || static_cast<std::size_t>(length) > max_name) damaged();
      std::string name(static_cast<std::size_t>(length), '\0');
      H5Pget_virtual_filename(plist, i, name.data(), name.size() + 1);
      names.insert(std::move(name));
    }
    require_finite_view(dataset_, source_);
    std::uint64_t bytes = 0;
    for (const std::string& name : names) bytes += name == "." ? file_bytes_ : size_of(name, true);
    return bytes;
  }

  std::uint64_t of_external(hid_t plist, int parts) const {
    std::uint64_t bytes = 0;
    for (int i = 0; i < parts; ++i) {
      std::string name(max_name, '\0');
      if (H5Pget_external(plist, static_cast<unsigned>(i), name.size() - 1, name.data(), nullptr,
                          nullptr) < 0) {
        damaged();
      }
      bytes += size_of(name.substr(0, name.find('\0')), false);
    }
    return bytes;
  }

  // As the library looks for it: a view's sources beside the file first.
  std::uint64_t size_of(const std::string& name, bool beside) const {
    if (name.find('%') != std::string::npos && beside) {
      throw FormatError(source_ + " is a view of files by the pattern " + quoted(name) +
                        ", expected their names");
    }
    fs::path path(name);
    std::string own(max_name, '\0');
    if (beside && path.is_relative() && H5Fget_name(file_.get(), own.data(), own.size()) > 0) {
      const fs::path there = fs::path(own.c_str()).parent_path() / path;
      std::error_code ignored;
      if (fs::exists(there, ignored)) path = there;
    }
    try {
      return InputFile(path.string()).size();
    } catch (const FormatError& error) {
      throw FormatError(source_ + " has its data in another file: " + error.what());
    }
  }

  hid_t dataset_;
  const std::string& source_;
  Hdf5Handle file_;
  std::uint64_t file_bytes_ = 0;
};

}  // namespace

std::uint64_t hdf5_stored_bytes(hid_t dataset, const std::string& source) {
  return Storage(dataset, source).bytes();
}

}  // namespace ptychopatch::formats
