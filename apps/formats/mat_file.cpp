// SPDX-License-Identifier: Apache-2.0
#include <matio.h>

#include <algorithm>
#include <map>

#include "formats/array_store.hpp"
#include "formats/child_limits.hpp"
#include "formats/hdf5_library.hpp"
#include "formats/input_file.hpp"
#include "formats/mat_elements.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

constexpr const char* version5 = "mat";

// What libmatio said last; it has one function for all files.
std::string& complaint() {
  static std::string text;
  return text;
}

void take_message(int level, char* message) {
  constexpr int critical = MATIO_LOG_LEVEL_CRITICAL;
  if (level <= critical && complaint().empty()) complaint() = message;
}

// Of one number's parts; size 0 where there are neither numbers nor text.
ElementType part_of(const matvar_t& variable) {
  const int kind = variable.class_type;
  if (kind == MAT_C_CHAR) return {Kind::text, 4};
  if (kind == MAT_C_DOUBLE) return {Kind::floating, 8};
  if (kind == MAT_C_SINGLE) return {Kind::floating, 4};
  if (kind == MAT_C_UINT8 && variable.isLogical != 0) return {Kind::boolean, 1};
  if (kind < MAT_C_INT8 || kind > MAT_C_UINT64) return {Kind::floating, 0};
  const auto nth = static_cast<unsigned>(kind - MAT_C_INT8);
  return {nth % 2 == 0 ? Kind::signed_integer : Kind::unsigned_integer, std::size_t{1} << nth / 2};
}

// Numbers of `size` bytes, one every `stride` bytes.
void scatter(const void* from, Bytes& to, std::size_t begin, std::size_t size, std::size_t stride) {
  const auto* at = static_cast<const std::byte*>(from);
  for (std::size_t i = begin; i < to.size(); i += stride, at += size) {
    std::memcpy(to.data() + i, at, size);
  }
}

// A MAT file of version 5 or 7.3 opened for reading by libmatio. A key is a variable's name, or
// "p.dx_spec" for a field of a structure; of an array of structures, of the first one.
class MatFile : public ArrayStore {
 public:
  explicit MatFile(const std::string& path) : ArrayStore(path) {
    const InputFile readable(path);
    Mat_LogInitFunc("ptychopatch", &take_message);
    const Hdf5Silence silence;
    file_.reset(Mat_Open(path.c_str(), MAT_ACC_RDONLY));
    if (!file_) damaged(name());
    list(path);
  }

  std::string format() const override { return format_; }
  std::vector<std::string> keys() const override { return keys_; }
  bool has(const std::string& key) const override { return entries_.contains(key); }

  NpyHeader header(const std::string& key) const override {
    const auto found = entries_.find(key);
    if (found == entries_.end()) throw FormatError(source(key) + " is missing");
    if (!found->second.refused.empty()) throw FormatError(found->second.refused);
    return found->second.header;
  }

  NpyArray read(const std::string& key) const override {
    const std::string what = source(key);
    const NpyHeader header = this->header(key);
    if (!header.type.numeric()) throw FormatError(what + " is text, expected a numeric array");
    require_memory(header.data_bytes, what);
    allow_child(header.data_bytes);
    NpyArray array{header.type, header.shape, Bytes(static_cast<std::size_t>(header.data_bytes))};
    if (header.data_bytes == 0) return array;
    const Hdf5Silence silence;
    complaint().clear();
    // What was inflated for a variable cannot be inflated again, so it is looked for anew.
    std::size_t end = key.find('.');
    const Variable variable(Mat_VarReadInfo(file_.get(), key.substr(0, end).c_str()));
    matvar_t* at = variable.get();
    while (at != nullptr && end != std::string::npos) {
      const std::size_t begin = end + 1;
      end = key.find('.', begin);
      at = Mat_VarGetStructFieldByName(at, key.substr(begin, end - begin).c_str(), 0);
    }
    const bool complex = header.type.kind == Kind::complex;
    const std::size_t part = header.type.size / (complex ? 2 : 1);
    if (at == nullptr || Mat_VarReadDataAll(file_.get(), at) != 0 || at->data == nullptr ||
        at->nbytes != array.data.size() / (complex ? 2 : 1) || !complaint().empty()) {
      damaged(what);
    }
    if (complex) {
      const auto* split = static_cast<const mat_complex_split_t*>(at->data);
      scatter(split->Re, array.data, 0, part, 2 * part);
      scatter(split->Im, array.data, part, part, 2 * part);
    } else {
      std::memcpy(array.data.data(), at->data, array.data.size());
    }
    array.data = to_c_order(array.data, array.shape, header.type.size);
    return array;
  }

 private:
  struct Close {
    void operator()(mat_t* file) const { Mat_Close(file); }
    void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
  };
  using Variable = std::unique_ptr<matvar_t, Close>;
  struct Entry {
    NpyHeader header;     // in Fortran order
    std::string refused;  // why it cannot be read; "" where it can
  };

  [[noreturn]] void damaged(const std::string& what) const {
    const std::string& why = complaint();
    throw FormatError(what + " is damaged or truncated: " +
                      (why.empty() ? "libmatio cannot read it" : "libmatio says: " + why));
  }

  void list(const std::string& path) {
    std::vector<std::uint64_t> sizes;  // of each variable, at most
    const mat_ft version = Mat_GetVersion(file_.get());
    if (version == MAT_FT_MAT5) {
      format_ = version5;
      sizes = check_mat_elements(path);
    } else if (version == MAT_FT_MAT73) {
      format_ = "mat, version 7.3";
      const std::uint64_t most = max_expansion * InputFile(path).size();
      for (const std::string& child : open_hdf5(path)->children("")) {
        if (!child.starts_with('#')) sizes.push_back(most);
      }
    } else {
      throw FormatError(name() + " is a MAT file of another version, expected 5 or 7.3");
    }
    complaint().clear();
    std::size_t count = 0;
    while (const Variable variable{Mat_VarReadNextInfo(file_.get())}) {
      const std::uint64_t bytes = count < sizes.size() ? sizes[count] : 0;
      ++count;
      if (variable->name != nullptr) add(*variable, variable->name, bytes, 0);
    }
    if (!complaint().empty() || count < sizes.size()) damaged(name());
  }

  // bytes: what the variable has in all, deflated or not.
  void add(matvar_t& variable, const std::string& key, std::uint64_t bytes, int depth) {
    const bool unset = variable.class_type == MAT_C_EMPTY && variable.rank == 0;
    // MATLAB's own objects have no shape.
    if (unset || variable.class_type == MAT_C_OPAQUE || depth > max_depth) return;
    if (variable.class_type == MAT_C_STRUCT) {
      const char* const* names = Mat_VarGetStructFieldnames(&variable);
      const bool has_fields = names != nullptr && variable.data != nullptr;
      const unsigned fields = has_fields ? Mat_VarGetNumberOfFields(&variable) : 0;
      for (unsigned i = 0; i < fields; ++i) {
        matvar_t* field = Mat_VarGetStructFieldByIndex(&variable, i, 0);
        if (field != nullptr && names[i] != nullptr) {
          add(*field, key + "." + names[i], bytes, depth + 1);
        }
      }
      return;
    }
    if (!entries_.emplace(key, describe(variable, key, bytes)).second) return;
    if (keys_.size() == max_keys) {
      throw FormatError(name() + " has more than " + std::to_string(max_keys) +
                        " arrays, which no scan has");
    }
    keys_.push_back(key);
  }

  Entry describe(const matvar_t& variable, const std::string& key, std::uint64_t bytes) const {
    Entry entry;
    NpyHeader& header = entry.header;
    header.fortran_order = true;
    const std::string what = source(key);
    const bool complex = variable.isComplex != 0;
    header.type = part_of(variable);
    if (variable.class_type == MAT_C_EMPTY) {
      return {{}, what + " has no class of MATLAB's that libmatio knows"};
    }
    if (header.type.size == 0) {
      return {{}, what + " is neither numbers nor text, expected a numeric array"};
    }
    if (variable.rank < 1 || variable.rank > static_cast<int>(max_axes)) {
      return {{}, what + " has a shape that libmatio cannot read"};
    }
    if (complex && header.type.kind != Kind::floating) {
      return {{}, what + " is complex integers, expected complex floats"};
    }
    if (complex) header.type = {Kind::complex, 2 * header.type.size};
    for (int d = 0; d < variable.rank; ++d) {
      // A count beyond any memory is refused as a shape; here it only has to fit.
      constexpr std::size_t most_elements = std::size_t{1} << 62;
      header.shape.push_back(static_cast<std::int64_t>(std::min(variable.dims[d], most_elements)));
    }
    try {
      const std::uint64_t count = bytes_of_shape(header.shape, 1, what);
      header.data_bytes = bytes_of_shape(header.shape, header.type.size, what);
      // Version 5 stores numbers in the smallest type that holds them all, and text may be UTF-8.
      const std::uint64_t least = format_ == version5 ? count : header.data_bytes;
      if (header.type.numeric() && least > bytes) {
        throw FormatError(what + " is declared as of shape " + shape_text(header.shape) +
                          ", which " + std::to_string(bytes) + " bytes cannot hold");
      }
    } catch (const FormatError& error) {
      entry.refused = error.what();
    }
    return entry;
  }

  std::unique_ptr<mat_t, Close> file_;
  std::string format_;
  std::vector<std::string> keys_;
  std::map<std::string, Entry> entries_;
};

}  // namespace

std::unique_ptr<ArrayStore> open_mat(const std::string& path) {
  return std::make_unique<MatFile>(path);
}

}  // namespace ptychopatch::formats
