// SPDX-License-Identifier: Apache-2.0
#include "formats/hdf5_text.hpp"

#include <cstring>

namespace ptychopatch::formats {
namespace {

constexpr std::size_t kMostLength = std::size_t{1} << 20;

struct Errors {
  std::string innermost;
};

herr_t take_error(unsigned, const H5E_error2_t* error, void* data) {
  if (error->desc != nullptr) static_cast<Errors*>(data)->innermost = error->desc;
  return 0;
}

}  // namespace

std::string hdf5_reason() {
  Errors errors;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, &take_error, &errors);
  if (errors.innermost.empty()) return "unknown reason";
  // "file write failed: time = ..., error message = 'No space left on device', buf = ..."
  constexpr const char* kMessage = "error message = '";
  const std::size_t begin = errors.innermost.find(kMessage);
  if (begin == std::string::npos) return errors.innermost;
  const std::size_t from = begin + std::strlen(kMessage);
  return errors.innermost.substr(from, errors.innermost.find('\'', from) - from);
}

std::optional<std::string> hdf5_text(hid_t object, bool is_attribute) {
  const Hdf5Handle type(is_attribute ? H5Aget_type(object) : H5Dget_type(object), &H5Tclose);
  const Hdf5Handle space(is_attribute ? H5Aget_space(object) : H5Dget_space(object), &H5Sclose);
  if (!type || !space || H5Tget_class(type.get()) != H5T_STRING ||
      H5Sget_simple_extent_npoints(space.get()) != 1) {
    return std::nullopt;
  }
  const auto read = [&](hid_t memory, void* to) {
    return (is_attribute ? H5Aread(object, memory, to)
                         : H5Dread(object, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, to)) >= 0;
  };
  if (H5Tis_variable_str(type.get()) > 0) {
    char* text = nullptr;
    if (!read(type.get(), static_cast<void*>(&text)) || text == nullptr) return std::nullopt;
    std::string copy = text;
    H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, static_cast<void*>(&text));
    return copy;
  }
  const std::size_t size = H5Tget_size(type.get());
  if (size > kMostLength) return std::nullopt;
  std::string text(size, '\0');
  if (!read(type.get(), text.data())) return std::nullopt;
  return text.substr(0, text.find('\0'));
}

bool write_hdf5_text(hid_t file, const std::string& name, const std::string& utf8) {
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), &H5Tclose);
  const Hdf5Handle space(H5Screate(H5S_SCALAR), &H5Sclose);
  if (H5Tset_size(type.get(), utf8.size() + 1) < 0 || H5Tset_cset(type.get(), H5T_CSET_UTF8) < 0) {
    return false;
  }
  const Hdf5Handle attribute(
      H5Acreate2(file, name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), &H5Aclose);
  return attribute && H5Awrite(attribute.get(), type.get(), utf8.c_str()) >= 0;
}

}  // namespace ptychopatch::formats
