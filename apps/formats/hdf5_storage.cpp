// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "formats/format_error.hpp"
#include "formats/hdf5_library.hpp"
#include "formats/input_file.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::size_t max_name = 4096;

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
    if (H5Pget_layout(plist.get()) == H5D_VIRTUAL) return hdf5_view_bytes(dataset_, source_);
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

  std::uint64_t of_external(hid_t plist, int parts) const {
    std::uint64_t bytes = 0;
    for (int i = 0; i < parts; ++i) {
      std::string name(max_name, '\0');
      if (H5Pget_external(plist, static_cast<unsigned>(i), name.size() - 1, name.data(), nullptr,
                          nullptr) < 0) {
        damaged();
      }
      bytes += hdf5_part_bytes(name.substr(0, name.find('\0')), source_);
    }
    return bytes;
  }

  hid_t dataset_;
  const std::string& source_;
  Hdf5Handle file_;
  std::uint64_t file_bytes_ = 0;
};

}  // namespace

std::uint64_t hdf5_part_bytes(const std::string& path, const std::string& source) {
  try {
    return InputFile(path).size();
  } catch (const FormatError& error) {
    throw FormatError(source + " has its data in another file: " + error.what());
  }
}

std::uint64_t hdf5_stored_bytes(hid_t dataset, const std::string& source) {
  return Storage(dataset, source).bytes();
}

}  // namespace ptychopatch::formats
