// SPDX-License-Identifier: Apache-2.0
#include "formats/mat_index.hpp"

#include <bit>

#include "formats/format_error.hpp"
#include "formats/mat_types.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::uint64_t kFileHeader = 128;
constexpr std::uint64_t kTagBytes = 8;
// Deflate makes at most 1032 bytes of one.
constexpr std::uint64_t kMostExpansion = 1032;
// Beyond what any real file has; they bound time, memory and the stack.
constexpr std::size_t kMostKeys = 10000;
constexpr std::size_t kMostVariables = 100000;
constexpr std::uint64_t kMostName = 255;
constexpr std::uint64_t kMostAxes = 32;  // NumPy's own limit
constexpr int kMostDepth = 16;

constexpr std::uint32_t kComplexFlag = 0x800, kLogicalFlag = 0x200, kClassMask = 0xff;

std::string text_of(const Bytes& bytes) {
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.substr(0, text.find('\0'));
}

// Leaves type.size 0 where there are neither numbers nor text.
ElementType type_of(std::uint32_t mat_class) {
  if (mat_class == kMatClassChar) return {Kind::kText, 4};
  if (mat_class == kMatClassDouble) return {Kind::kFloat, 8};
  if (mat_class == kMatClassSingle) return {Kind::kFloat, 4};
  if (mat_class < kMatClassInt8 || mat_class > kMatClassUint64) return {Kind::kFloat, 0};
  const std::uint32_t nth = mat_class - kMatClassInt8;
  return {nth % 2 == 0 ? Kind::kSigned : Kind::kUnsigned, std::size_t{1} << nth / 2};
}

class Indexer {
 public:
  Indexer(const MatBytes& bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  MatIndex index() {
    std::array<std::byte, kFileHeader> header;
    if (!bytes_.read(0, header)) throw damaged("it is shorter than the format's header");
    const bool little = header[kFileHeader - 2] == std::byte{'I'};
    index_.swapped = little != (std::endian::native == std::endian::little);
    std::uint64_t offset = kFileHeader;
    for (std::size_t count = 0; offset != bytes_.size(); ++count) {
      if (count == kMostVariables) {
        throw FormatError(name_ + " has more than " + std::to_string(kMostVariables) +
                          " variables, which no scan has");
      }
      offset = variable(offset);
    }
    return std::move(index_);
  }

 private:
  FormatError damaged(const std::string& how) const {
    return FormatError(name_ + " is damaged or truncated: " + how);
  }

  // Answers where the next variable is due.
  std::uint64_t variable(std::uint64_t offset) {
    MatStream file(bytes_, {0, bytes_.size()}, index_.swapped, name_);
    file.skip_to(offset);
    const MatTag outer = file.tag(bytes_.size());
    const bool deflated = outer.type == kMatCompressed;
    if (outer.begin != offset + kTagBytes || (!deflated && outer.type != kMatMatrix)) {
      throw damaged("at byte " + std::to_string(offset) + " no variable begins");
    }
    place_ = {deflated ? outer.begin : offset, outer.end - (deflated ? outer.begin : offset),
              deflated};
    MatStream stream(bytes_, place_, index_.swapped, name_);
    const std::uint64_t most = deflated ? place_.bytes * kMostExpansion : place_.bytes;
    const MatTag matrix = stream.tag(most);
    if (matrix.type != kMatMatrix) throw damaged("a variable is no array");
    stream_ = &stream;
    array(matrix, nullptr, 0);
    stream_ = nullptr;
    return deflated ? outer.end : outer.next;
  }

  // An array whose tag has been read; key is none for a variable, which has its name in it. What
  // follows the header is left unread where nothing in it is needed.
  void array(const MatTag& matrix, const std::string* field, int depth) {
    if (matrix.begin >= stream_->position() && matrix.bytes() == 0) return;  // an unset field
    if (depth > kMostDepth) stream_->damaged("structures nest too deep");
    const std::uint64_t end = matrix.end;
    const Bytes flags = part(end, kMatUint32, kTagBytes);
    if (flags.size() != kTagBytes) stream_->damaged("an array has no flags");
    const std::uint32_t word = stream_->word(flags.data());
    const std::uint32_t mat_class = word & kClassMask;
    if (mat_class == kMatClassOpaque) return;  // MATLAB's own objects, which have no shape
    const Bytes dims = part(end, kMatInt32, kMostAxes * 4);
    const std::string name = text_of(part(end, kMatInt8, kMostName));
    const std::string& key = field != nullptr ? *field : name;
    MatEntry entry;
    for (std::size_t at = 0; at + 4 <= dims.size(); at += 4) {
      const auto extent = static_cast<std::int32_t>(stream_->word(dims.data() + at));
      if (extent < 0) stream_->damaged("an axis has " + std::to_string(extent) + " elements");
      entry.header.shape.push_back(extent);
    }
    if (mat_class == kMatClassStruct || mat_class == kMatClassObject) {
      structure(mat_class, entry.header.shape, end, key, depth);
    } else {
      leaf(word, std::move(entry), end, key);
    }
  }

  void leaf(std::uint32_t word, MatEntry entry, std::uint64_t end, const std::string& key) {
    NpyHeader& header = entry.header;
    header.type = type_of(word & kClassMask);
    entry.complex = (word & kComplexFlag) != 0;
    if (header.type.size == 0) {
      entry.refused = " is neither numbers nor text, expected a numeric array";
    } else if (entry.complex && header.type.kind != Kind::kFloat) {
      entry.refused = " is complex integers, expected complex floats";
    } else if (entry.complex) {
      header.type = {Kind::kComplex, 2 * header.type.size};
    } else if ((word & kLogicalFlag) != 0) {
      header.type = {Kind::kBoolean, 1};
    }
    header.fortran_order = true;
    if (entry.refused.empty()) {
      const std::uint64_t count = bytes_of_shape(header.shape, 1, name_ + ": " + quoted(key));
      // Text may take fewer bytes than letters where it is UTF-8; a number takes one at least.
      if (header.type.numeric() && count > end - stream_->position()) {
        stream_->damaged(quoted(key) + " of shape " + shape_text(header.shape) + " in " +
                         std::to_string(end - stream_->position()) + " bytes");
      }
      header.data_bytes = count * header.type.size;
    }
    entry.place = place_;
    entry.begin = stream_->position();
    entry.end = end;
    if (key.empty() || !index_.entries.emplace(key, std::move(entry)).second) return;
    if (index_.keys.size() == kMostKeys) {
      throw FormatError(name_ + " has more than " + std::to_string(kMostKeys) +
                        " arrays, which no scan has");
    }
    index_.keys.push_back(key);
  }

  // Of an array of structures, the first one.
  void structure(std::uint32_t mat_class, const Shape& shape, std::uint64_t end,
                 const std::string& key, int depth) {
    if (mat_class == kMatClassObject) part(end, kMatInt8, kMostName);
    const Bytes length = part(end, kMatInt32, 4);
    const std::uint32_t width = length.size() == 4 ? stream_->word(length.data()) : 0;
    if (width > kMostName + 1) {
      stream_->damaged("fields have names of " + std::to_string(width) + " letters");
    }
    const Bytes names = part(end, kMatInt8, kMostKeys * width);
    if (width == 0 || bytes_of_shape(shape, 1, name_ + ": " + quoted(key)) == 0) return;
    for (std::size_t at = 0; at + width <= names.size(); at += width) {
      const std::string name(reinterpret_cast<const char*>(names.data()) + at, width);
      const std::string path = key + "." + name.substr(0, name.find('\0'));
      const MatTag field = stream_->tag(end);
      if (field.type != kMatMatrix) stream_->damaged("a field is no array");
      array(field, &path, depth + 1);
      stream_->skip_to(field.next);
    }
  }

  Bytes part(std::uint64_t end, std::uint32_t type, std::uint64_t most) {
    const MatTag tag = stream_->tag(end);
    // Some programs write the one for the other.
    const bool alike =
        (type == kMatInt8 && tag.type == kMatUtf8) || (type == kMatInt32 && tag.type == kMatUint32);
    if (tag.type != type && !alike) {
      stream_->damaged("a part of type " + std::to_string(tag.type) + " where type " +
                       std::to_string(type) + " is due");
    }
    return stream_->data(tag, most);
  }

  const MatBytes& bytes_;
  const std::string& name_;
  MatIndex index_;
  MatPlace place_;
  MatStream* stream_ = nullptr;  // the variable at hand
};

}  // namespace

MatIndex index_mat(const MatBytes& bytes, const std::string& name) {
  return Indexer(bytes, name).index();
}

}  // namespace ptychopatch::formats
