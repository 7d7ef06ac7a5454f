// SPDX-License-Identifier: Apache-2.0
#include "formats/mat_file.hpp"

#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/mat_values.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

MatBytes bytes_of(const std::string& path) {
  InputFile file(path);
  return {file.take(), file.size()};
}

// The real numbers at the stream's position, one every `stride` bytes from `to` on.
void read_part(MatStream& stream, const MatEntry& entry, std::uint64_t count,
               const ElementType& part, std::byte* to, std::size_t stride) {
  const MatTag tag = stream.tag(entry.end);
  const std::size_t size = mat_number_size(tag.type);
  if (size == 0 || tag.bytes() % size != 0 || tag.bytes() / size != count) {
    stream.damaged(std::to_string(tag.bytes()) + " bytes of type " + std::to_string(tag.type) +
                   " cannot be " + std::to_string(count) + " numbers");
  }
  const Bytes stored = stream.data(tag, tag.bytes());
  if (!convert_mat_numbers(tag.type, stream.swapped(), stored.span(), part, to, stride)) {
    stream.damaged("its integers are stored as fractions");
  }
}

}  // namespace

MatFile::MatFile(const std::string& path)
    : name_(quoted(path)), bytes_(bytes_of(path)), index_(index_mat(bytes_, name_)) {}

MatFile::MatFile(std::span<const std::byte> bytes, const std::string& name)
    : name_(quoted(name)), bytes_(bytes), index_(index_mat(bytes_, name_)) {}

std::string MatFile::source(const std::string& key) const {
  return name_ + " (key " + quoted(key) + ")";
}

const MatEntry& MatFile::entry(const std::string& key) const {
  const auto found = index_.entries.find(key);
  if (found == index_.entries.end()) throw FormatError(source(key) + " is missing");
  if (!found->second.refused.empty()) throw FormatError(source(key) + found->second.refused);
  return found->second;
}

NpyArray MatFile::read(const std::string& key) const {
  const std::string what = source(key);
  const MatEntry& entry = this->entry(key);
  const ElementType& type = entry.header.type;
  if (!type.numeric()) throw FormatError(what + " is text, expected a numeric array");
  require_memory(entry.header.data_bytes, what);
  NpyArray array{type, entry.header.shape,
                 Bytes(static_cast<std::size_t>(entry.header.data_bytes))};
  if (array.data.size() == 0) return array;
  const std::uint64_t count = array.data.size() / type.size;
  MatStream stream(bytes_, entry.place, index_.swapped, what);
  stream.skip_to(entry.begin);
  if (entry.complex) {
    const ElementType half{Kind::kFloat, type.size / 2};
    read_part(stream, entry, count, half, array.data.data(), type.size);
    read_part(stream, entry, count, half, array.data.data() + half.size, type.size);
  } else {
    read_part(stream, entry, count, type, array.data.data(), type.size);
  }
  stream.finish();
  array.data = to_c_order(array.data, array.shape, type.size);
  return array;
}

}  // namespace ptychopatch::formats
