// SPDX-License-Identifier: Apache-2.0
#include "formats/mat_file.hpp"

#include <matio.h>
#include <sys/mman.h>

#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

// Deflate makes at most 1032 bytes of one.
constexpr std::uint64_t kMostExpansion = 1032;
constexpr std::size_t kMostKeys = 10000;

struct Free {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using Variable = std::unique_ptr<matvar_t, Free>;

Shape shape_of(const matvar_t& variable) {
  Shape shape;
  for (int d = 0; d < variable.rank; ++d) {
    shape.push_back(static_cast<std::int64_t>(variable.dims[d]));
  }
  return shape;
}

ElementType numeric_type(const matvar_t& variable, const std::string& source) {
  if (variable.isLogical != 0) return {Kind::kBoolean, 1};
  switch (variable.class_type) {
    case MAT_C_DOUBLE:
      return {Kind::kFloat, 8};
    case MAT_C_SINGLE:
      return {Kind::kFloat, 4};
    case MAT_C_INT8:
      return {Kind::kSigned, 1};
    case MAT_C_INT16:
      return {Kind::kSigned, 2};
    case MAT_C_INT32:
      return {Kind::kSigned, 4};
    case MAT_C_INT64:
      return {Kind::kSigned, 8};
    case MAT_C_UINT8:
      return {Kind::kUnsigned, 1};
    case MAT_C_UINT16:
      return {Kind::kUnsigned, 2};
    case MAT_C_UINT32:
      return {Kind::kUnsigned, 4};
    case MAT_C_UINT64:
      return {Kind::kUnsigned, 8};
    case MAT_C_CHAR:
      return {Kind::kText, 4};
    default:
      throw FormatError(source + " is neither numbers nor text, expected a numeric array");
  }
}

NpyHeader header_of(const matvar_t& variable, const std::string& source) {
  NpyHeader header;
  header.type = numeric_type(variable, source);
  if (variable.isComplex != 0) {
    if (header.type.kind != Kind::kFloat) {
      throw FormatError(source + " is complex integers, expected complex floats");
    }
    header.type = {Kind::kComplex, 2 * header.type.size};
  }
  header.fortran_order = true;
  header.shape = shape_of(variable);
  header.data_bytes = bytes_of_shape(header.shape, header.type.size, source);
  return header;
}

std::span<matvar_t* const> fields_of(const matvar_t& variable) {
  if (variable.class_type != MAT_C_STRUCT || variable.data == nullptr) return {};
  return {static_cast<matvar_t* const*>(variable.data), variable.nbytes / sizeof(matvar_t*)};
}

// What reading a variable takes, its fields' included; a claim beyond any file is refused.
std::uint64_t bytes_of(const matvar_t& variable, const std::string& source) {
  std::uint64_t bytes = bytes_of_shape(shape_of(variable), 16, source);
  for (const matvar_t* field : fields_of(variable)) {
    const std::uint64_t more = field != nullptr ? bytes_of(*field, source) : 0;
    if (__builtin_add_overflow(bytes, more, &bytes)) {
      throw FormatError(source + " is larger than any memory");
    }
  }
  return bytes;
}

const matvar_t* find(const matvar_t* variable, const std::string& path) {
  for (std::size_t begin = 0; variable != nullptr && begin < path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    const matvar_t* found = nullptr;
    for (const matvar_t* field : fields_of(*variable)) {
      if (found == nullptr && field != nullptr && field->name != nullptr && field->name == name) {
        found = field;
      }
    }
    variable = found;
    begin = end + 1;
  }
  return variable;
}

void list(const matvar_t& variable, const std::string& key, std::vector<std::string>& found) {
  if (found.size() >= kMostKeys) return;
  const auto fields = fields_of(variable);
  if (variable.class_type != MAT_C_STRUCT) found.push_back(key);
  for (const matvar_t* field : fields) {
    if (field != nullptr && field->name != nullptr) list(*field, key + "." + field->name, found);
  }
}

std::string top_of(const std::string& key) { return key.substr(0, key.find('.')); }
std::string rest_of(const std::string& key) {
  const std::size_t dot = key.find('.');
  return dot == std::string::npos ? "" : key.substr(dot + 1);
}

Bytes interleaved(const mat_complex_split_t& parts, std::size_t count, std::size_t half) {
  Bytes bytes(2 * count * half);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(bytes.data() + 2 * i * half, static_cast<const char*>(parts.Re) + i * half, half);
    std::memcpy(bytes.data() + (2 * i + 1) * half, static_cast<const char*>(parts.Im) + i * half,
                half);
  }
  return bytes;
}

}  // namespace

void MatFile::Close::operator()(_mat_t* file) const { Mat_Close(file); }

MatFile::MatFile(const std::string& path) : name_(quoted(path)) {
  file_bytes_ = InputFile(path).size();
  open(path);
}

MatFile::MatFile(std::span<const std::byte> bytes, const std::string& name)
    : name_(quoted(name)), file_bytes_(bytes.size()) {
  copy_ = FileDescriptor(::memfd_create("mat", MFD_CLOEXEC));
  if (!copy_) throw system_error("cannot keep " + name_ + " in memory");
  while (!bytes.empty()) {
    const ssize_t count = ::write(copy_.get(), bytes.data(), bytes.size());
    if (count < 0) throw system_error("cannot keep " + name_ + " in memory");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  open("/proc/self/fd/" + std::to_string(copy_.get()));
}

void MatFile::open(const std::string& path) {
  file_.reset(Mat_Open(path.c_str(), MAT_ACC_RDONLY));
  if (!file_) throw FormatError(name_ + " cannot be read as a MAT file of version 5");
}

std::vector<std::string> MatFile::keys() const {
  std::vector<std::string> found;
  Mat_Rewind(file_.get());
  while (const Variable variable{Mat_VarReadNextInfo(file_.get())}) {
    if (variable->name == nullptr || found.size() >= kMostKeys) break;
    list(*variable, variable->name, found);
  }
  return found;
}

bool MatFile::has(const std::string& key) const {
  const Variable top(Mat_VarReadInfo(file_.get(), top_of(key).c_str()));
  return find(top.get(), rest_of(key)) != nullptr;
}

std::string MatFile::source(const std::string& key) const {
  return name_ + " (key " + quoted(key) + ")";
}

NpyHeader MatFile::header(const std::string& key) const {
  const Variable top(Mat_VarReadInfo(file_.get(), top_of(key).c_str()));
  const matvar_t* variable = find(top.get(), rest_of(key));
  if (variable == nullptr) throw FormatError(source(key) + " is missing");
  return header_of(*variable, source(key));
}

NpyArray MatFile::read(const std::string& key) const {
  const std::string what = source(key);
  const Variable top(Mat_VarReadInfo(file_.get(), top_of(key).c_str()));
  const matvar_t* variable = find(top.get(), rest_of(key));
  if (variable == nullptr) throw FormatError(what + " is missing");
  const NpyHeader header = header_of(*variable, what);
  if (!header.type.numeric()) throw FormatError(what + " is text, expected a numeric array");
  const std::uint64_t needed = bytes_of(*top, what);
  if (needed / kMostExpansion > file_bytes_) {
    throw FormatError(what + " is declared as " + std::to_string(needed) +
                      " bytes, which a file of " + std::to_string(file_bytes_) +
                      " bytes cannot hold");
  }
  require_memory(needed, what);
  const bool good = Mat_VarReadDataAll(file_.get(), top.get()) == 0;
  variable = find(top.get(), rest_of(key));
  NpyArray array{header.type, header.shape, {}};
  if (header.data_bytes == 0) return array;
  const bool complex = header.type.kind == Kind::kComplex;
  const std::size_t stored = complex ? header.type.size / 2 : header.type.size;
  if (!good || variable == nullptr || variable->data == nullptr ||
      static_cast<std::size_t>(variable->data_size) != stored) {
    throw FormatError(what + " is damaged or truncated");
  }
  const auto bytes = static_cast<std::size_t>(header.data_bytes);
  if (complex) {
    const auto& parts = *static_cast<const mat_complex_split_t*>(variable->data);
    if (parts.Re == nullptr || parts.Im == nullptr) throw FormatError(what + " is damaged");
    array.data = interleaved(parts, bytes / header.type.size, stored);
  } else {
    array.data = Bytes(bytes);
    std::memcpy(array.data.data(), variable->data, bytes);
  }
  array.data = to_c_order(array.data, array.shape, array.type.size);
  return array;
}

}  // namespace ptychopatch::formats
