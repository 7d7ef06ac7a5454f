// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "formats/array_store.hpp"
#include "formats/child_limits.hpp"
#include "formats/hdf5_library.hpp"
#include "formats/input_file.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

herr_t take_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  auto* found = static_cast<std::vector<std::string>*>(names);
  try {
    found->emplace_back(name);
  } catch (...) {
    return -1;
  }
  return found->size() < max_keys ? 0 : 1;
}

// An HDF5 file opened for reading. A key is a path from the root group; links are followed.
class Hdf5File : public ArrayStore {
 public:
  explicit Hdf5File(const std::string& path) : ArrayStore(path) {
    const InputFile readable(path);
    file_ = {H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), &H5Fclose};
    if (!file_) throw FormatError(name() + " cannot be read as an HDF5 file: " + hdf5_reason());
  }

  std::string format() const override { return "hdf5"; }

  bool has(const std::string& key) const override {
    const Hdf5Handle object = open(key);
    return object && H5Iget_type(object.get()) == H5I_DATASET;
  }

  NpyHeader header(const std::string& key) const override { return dataset(key).header; }

  NpyArray read(const std::string& key) const override {
    const std::string what = source(key);
    const Dataset dataset = this->dataset(key);
    const NpyHeader& header = dataset.header;
    if (!header.type.numeric()) throw FormatError(what + " is text, expected a numeric array");
    require_memory(header.data_bytes, what);
    const std::uint64_t stored = hdf5_stored_bytes(dataset.id.get(), what);
    if (header.data_bytes / max_expansion > stored || (stored == 0 && header.data_bytes != 0)) {
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

  // A dataset of one text, or the root group's attribute.
  std::optional<std::string> text(const std::string& key) const override {
    const Hdf5Handle object = open(key);
    if (object && H5Iget_type(object.get()) == H5I_DATASET) return hdf5_text(object.get(), false);
    return text_attribute("", key);
  }

  std::optional<std::string> text_attribute(const std::string& key,
                                            const std::string& name) const override {
    const Hdf5Handle object = open(key);
    if (!object || H5Aexists(object.get(), name.c_str()) <= 0) return std::nullopt;
    const Hdf5Handle attribute(H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), &H5Aclose);
    return attribute ? hdf5_text(attribute.get(), true) : std::nullopt;
  }

  std::optional<double> attribute(const std::string& key, const std::string& name) const override {
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

  std::vector<std::string> children(const std::string& group) const override {
    const Hdf5Handle object = open(group);
    std::vector<std::string> names;
    if (!object || H5Iget_type(object.get()) != H5I_GROUP) return names;
    if (H5Literate(object.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, &take_name, &names) < 0) {
      throw FormatError(name() + ": group " + quoted(group) + " is damaged: " + hdf5_reason());
    }
    return names;
  }

  std::optional<std::string> link(const std::string& key) const override {
    H5L_info_t info{};
    constexpr std::size_t max_length = 4096;
    if (H5Lget_info(file_.get(), key.c_str(), &info, H5P_DEFAULT) < 0 ||
        info.type != H5L_TYPE_SOFT || info.u.val_size > max_length) {
      return std::nullopt;
    }
    std::string target(info.u.val_size, '\0');
    if (H5Lget_val(file_.get(), key.c_str(), target.data(), target.size(), H5P_DEFAULT) < 0) {
      return std::nullopt;
    }
    return target.substr(0, target.find('\0'));
  }

  std::vector<std::string> keys() const override {
    std::vector<std::string> found;
    std::set<Identity> seen;
    list("", 0, found, seen);
    return found;
  }

 private:
  using Identity = std::pair<unsigned long, haddr_t>;
  struct Dataset {
    Hdf5Handle id, type;
    NpyHeader header;
  };

  // The root group where key is "".
  Hdf5Handle open(const std::string& key) const {
    if (key.empty()) return {H5Gopen2(file_.get(), "/", H5P_DEFAULT), &H5Gclose};
    for (std::size_t end = 0; end != std::string::npos;) {
      end = key.find('/', end + 1);
      if (H5Lexists(file_.get(), key.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return {};
    }
    return {H5Oopen(file_.get(), key.c_str(), H5P_DEFAULT), &H5Oclose};
  }

  Dataset dataset(const std::string& key) const {
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
      constexpr hsize_t most = hsize_t{1} << 62;
      dataset.header.shape.push_back(static_cast<std::int64_t>(std::min(extent, most)));
    }
    dataset.header.type = element_type_of(dataset.type.get(), what);
    dataset.header.data_bytes =
        bytes_of_shape(dataset.header.shape, dataset.header.type.size, what);
    return dataset;
  }

  // Of links that lead in a circle, each group is listed once.
  void list(const std::string& group, int depth, std::vector<std::string>& found,
            std::set<Identity>& seen) const {
    for (const std::string& name : children(group)) {
      if (found.size() >= max_keys) return;
      std::string key = group;
      if (!key.empty()) key += '/';
      key += name;
      const Hdf5Handle object = open(key);
      if (!object || H5Iget_type(object.get()) != H5I_GROUP) {
        found.push_back(key);
        continue;
      }
      H5O_info_t info{};
      if (depth < max_depth && H5Oget_info2(object.get(), &info, H5O_INFO_BASIC) >= 0 &&
          seen.emplace(info.fileno, info.addr).second && !link(key)) {
        list(key, depth + 1, found, seen);
      }
    }
  }

  Hdf5Silence silence_;
  Hdf5Handle file_;
};

}  // namespace

std::unique_ptr<ArrayStore> open_hdf5(const std::string& path) {
  return std::make_unique<Hdf5File>(path);
}

}  // namespace ptychopatch::formats
