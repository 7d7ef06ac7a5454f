// SPDX-License-Identifier: Apache-2.0
#include "formats/hdf5_file.hpp"

#include <algorithm>
#include <set>

#include "formats/child_limits.hpp"
#include "formats/format_error.hpp"
#include "formats/hdf5_storage.hpp"
#include "formats/hdf5_text.hpp"
#include "formats/hdf5_type.hpp"
#include "formats/input_file.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

constexpr int kMostDepth = 16;
constexpr std::size_t kMostKeys = 10000;
// Deflate makes at most 1032 bytes of one; no other filter in use comes near.
constexpr std::uint64_t kMostExpansion = 1032;

herr_t take_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  auto* found = static_cast<std::vector<std::string>*>(names);
  try {
    found->emplace_back(name);
  } catch (...) {
    return -1;
  }
  return found->size() < kMostKeys ? 0 : 1;
}

std::string joined(const std::string& group, const std::string& name) {
  return group.empty() ? name : group + "/" + name;
}

}  // namespace

struct Hdf5File::Dataset {
  Hdf5Handle id, type;
  NpyHeader header;
};

Hdf5File::Hdf5File(const std::string& path) : ArrayStore(path) {
  const InputFile readable(path);
  file_ = {H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), &H5Fclose};
  if (!file_) throw FormatError(name() + " cannot be read as an HDF5 file: " + hdf5_reason());
}

Hdf5Handle Hdf5File::open(const std::string& key) const {
  if (key.empty()) return {H5Gopen2(file_.get(), "/", H5P_DEFAULT), &H5Gclose};
  for (std::size_t end = 0; end != std::string::npos;) {
    end = key.find('/', end + 1);
    if (H5Lexists(file_.get(), key.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return {};
  }
  return {H5Oopen(file_.get(), key.c_str(), H5P_DEFAULT), &H5Oclose};
}

bool Hdf5File::has(const std::string& key) const {
  const Hdf5Handle object = open(key);
  return object && H5Iget_type(object.get()) == H5I_DATASET;
}

Hdf5File::Dataset Hdf5File::dataset(const std::string& key) const {
  const std::string what = source(key);
  Dataset dataset{open(key), {}, {}};
  if (!dataset.id || H5Iget_type(dataset.id.get()) != H5I_DATASET) {
    throw FormatError(what + " is missing, or no dataset");
  }
  dataset.type = {H5Dget_type(dataset.id.get()), &H5Tclose};
  const Hdf5Handle space(H5Dget_space(dataset.id.get()), &H5Sclose);
  const int axes = space ? H5Sget_simple_extent_ndims(space.get()) : -1;
  if (!dataset.type || axes < 0) throw FormatError(what + " is damaged: " + hdf5_reason());
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) {
    throw FormatError(what + " is empty: it has no values, not even a shape");
  }
  std::vector<hsize_t> extents(static_cast<std::size_t>(axes));
  H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
  for (const hsize_t extent : extents) {
    // A count beyond any memory is refused as a shape; here it only has to fit.
    constexpr hsize_t kMost = hsize_t{1} << 62;
    dataset.header.shape.push_back(static_cast<std::int64_t>(std::min(extent, kMost)));
  }
  dataset.header.type = element_type_of(dataset.type.get(), what);
  dataset.header.data_bytes = bytes_of_shape(dataset.header.shape, dataset.header.type.size, what);
  return dataset;
}

NpyHeader Hdf5File::header(const std::string& key) const { return dataset(key).header; }

NpyArray Hdf5File::read(const std::string& key) const {
  const std::string what = source(key);
  const Dataset dataset = this->dataset(key);
  const NpyHeader& header = dataset.header;
  if (!header.type.numeric()) throw FormatError(what + " is text, expected a numeric array");
  require_memory(header.data_bytes, what);
  const std::uint64_t stored = hdf5_stored_bytes(dataset.id.get(), what);
  if (header.data_bytes / kMostExpansion > stored || (stored == 0 && header.data_bytes != 0)) {
    throw FormatError(what + " is declared as " + std::to_string(header.data_bytes) +
                      " bytes, which the " + std::to_string(stored) +
                      " that are stored cannot hold");
  }
  allow_child(header.data_bytes);
  NpyArray array{header.type, header.shape, Bytes(static_cast<std::size_t>(header.data_bytes))};
  if (header.data_bytes == 0) return array;
  const Hdf5Handle memory = memory_type(header.type, dataset.type.get());
  if (H5Dread(dataset.id.get(), memory.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, array.data.data()) <
      0) {
    throw FormatError(what + " cannot be read: " + hdf5_reason());
  }
  return array;
}

std::optional<std::string> Hdf5File::text(const std::string& key) const {
  const Hdf5Handle object = open(key);
  if (object && H5Iget_type(object.get()) == H5I_DATASET) return hdf5_text(object.get(), false);
  return text_attribute("", key);
}

std::optional<std::string> Hdf5File::text_attribute(const std::string& key,
                                                    const std::string& name) const {
  const Hdf5Handle object = open(key);
  if (!object || H5Aexists(object.get(), name.c_str()) <= 0) return std::nullopt;
  const Hdf5Handle attribute(H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), &H5Aclose);
  return attribute ? hdf5_text(attribute.get(), true) : std::nullopt;
}

std::optional<double> Hdf5File::attribute(const std::string& key, const std::string& name) const {
  const Hdf5Handle object = open(key);
  if (!object || H5Aexists(object.get(), name.c_str()) <= 0) return std::nullopt;
  const Hdf5Handle attribute(H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), &H5Aclose);
  const Hdf5Handle space(H5Aget_space(attribute.get()), &H5Sclose);
  const Hdf5Handle type(H5Aget_type(attribute.get()), &H5Tclose);
  if (!space || !type || H5Sget_simple_extent_npoints(space.get()) != 1) return std::nullopt;
  double value = 0;
  if (!is_hdf5_number(type.get()) || H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0) {
    return std::nullopt;
  }
  return value;
}

std::vector<std::string> Hdf5File::children(const std::string& group) const {
  const Hdf5Handle object = open(group);
  std::vector<std::string> names;
  if (!object || H5Iget_type(object.get()) != H5I_GROUP) return names;
  if (H5Literate(object.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, &take_name, &names) < 0) {
    throw FormatError(name() + ": group " + quoted(group) + " is damaged: " + hdf5_reason());
  }
  return names;
}

std::optional<std::string> Hdf5File::link(const std::string& key) const {
  H5L_info_t info{};
  constexpr std::size_t kMostLength = 4096;
  if (H5Lget_info(file_.get(), key.c_str(), &info, H5P_DEFAULT) < 0 || info.type != H5L_TYPE_SOFT ||
      info.u.val_size > kMostLength) {
    return std::nullopt;
  }
  std::string target(info.u.val_size, '\0');
  if (H5Lget_val(file_.get(), key.c_str(), target.data(), target.size(), H5P_DEFAULT) < 0) {
    return std::nullopt;
  }
  return target.substr(0, target.find('\0'));
}

// Of links that lead in a circle, each group is listed once.
class Hdf5File::Lister {
 public:
  explicit Lister(const Hdf5File& file) : file_(file) {}

  std::vector<std::string> list() {
    group("", 0);
    return std::move(found_);
  }

 private:
  void group(const std::string& at, int depth) {
    for (const std::string& name : file_.children(at)) {
      if (found_.size() >= kMostKeys) return;
      const std::string key = joined(at, name);
      const Hdf5Handle object = file_.open(key);
      const bool is_group = object && H5Iget_type(object.get()) == H5I_GROUP;
      if (!is_group) {
        found_.push_back(key);
      } else if (depth < kMostDepth && is_new(object.get()) && !file_.link(key)) {
        group(key, depth + 1);
      }
    }
  }

  bool is_new(hid_t object) {
    H5O_info_t info{};
    return H5Oget_info2(object, &info, H5O_INFO_BASIC) >= 0 &&
           seen_.emplace(info.fileno, info.addr).second;
  }

  const Hdf5File& file_;
  std::vector<std::string> found_;
  std::set<std::pair<unsigned long, haddr_t>> seen_;
};

std::vector<std::string> Hdf5File::keys() const { return Lister(*this).list(); }

}  // namespace ptychopatch::formats
