// SPDX-License-Identifier: Apache-2.0
#include "formats/npy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "formats/bytes.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::uint64_t max_header_bytes = 1u << 20;
constexpr std::uint64_t max_data_bytes = std::uint64_t{1} << 62;
constexpr std::string_view npy_magic = "\x93NUMPY";

std::string in_bytes(std::uint64_t count) { return std::to_string(count) + " bytes"; }

// The part of Python's literals that NumPy writes: {'descr': '<f8', 'fortran_order': False,
// 'shape': (3, 4), }.
class DictionaryParser {
 public:
  DictionaryParser(std::string_view text, const std::string& source)
      : text_(text), source_(source) {}

  NpyHeader parse() {
    NpyHeader header;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = parse_string();
      expect(':');
      if (key == "descr" && !has_descr) {
        header.type = parse_descr();
        has_descr = true;
      } else if (key == "fortran_order" && !has_order) {
        header.fortran_order = parse_bool();
        has_order = true;
      } else if (key == "shape" && !has_shape) {
        header.shape = parse_shape();
        has_shape = true;
      } else {
        fail("key " + quoted(std::string(key.substr(0, 40))) + " is unknown or there twice");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) fail("there is text after the dictionary");
    if (!has_descr) fail("'descr' is missing");
    if (!has_order) fail("'fortran_order' is missing");
    if (!has_shape) fail("'shape' is missing");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw FormatError(source_ + ": malformed .npy header: " + what);
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) {
      fail("expected '" + std::string(1, c) + "' at character " + std::to_string(at_));
    }
  }

  std::string_view parse_string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') {
      fail("expected a string at character " + std::to_string(at_));
    }
    const std::size_t begin = ++at_;
    const std::size_t end = text_.find(quote, begin);
    if (end == std::string_view::npos) fail("a string does not end");
    at_ = end + 1;
    return text_.substr(begin, end - begin);
  }

  ElementType parse_descr() {
    const char first = peek();
    if (first == '[' || first == '(') {
      throw FormatError(source_ + ": a structured dtype came, expected a numeric array");
    }
    return parse_element_type(parse_string(), source_);
  }

  bool parse_bool() {
    skip_space();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    }
    fail("'fortran_order' is neither True nor False");
  }

  Shape parse_shape() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      shape.push_back(parse_extent());
      if (shape.size() > max_axes) fail("more than 32 axes");
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::int64_t parse_extent() {
    skip_space();
    std::int64_t extent = 0;
    const char* end = text_.data() + text_.size();
    const auto parsed = std::from_chars(text_.data() + at_, end, extent);
    if (parsed.ec == std::errc::result_out_of_range) {
      throw FormatError(source_ + ": an axis of the shape is larger than any memory");
    }
    if (parsed.ec != std::errc()) fail("expected a number at character " + std::to_string(at_));
    if (extent < 0) fail("an axis of " + std::to_string(extent) + " elements");
    at_ = static_cast<std::size_t>(parsed.ptr - text_.data());
    accept('L');  // Python 2 wrote 3L
    return extent;
  }

  std::string_view text_;
  std::string source_;
  std::size_t at_ = 0;
};

}  // namespace

std::string shape_text(const Shape& shape) {
  std::string text = "(";
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (d != 0) text += ", ";
    text += std::to_string(shape[d]);
  }
  if (shape.size() == 1) text += ",";
  return text + ")";
}

std::string shape_mismatch(const std::string& source, const Shape& shape,
                           const std::string& expected) {
  return source + " has shape " + shape_text(shape) + ", expected " + expected;
}

void require_shape(bool as_expected, const std::string& source, const Shape& shape,
                   const std::string& expected) {
  if (!as_expected) throw FormatError(shape_mismatch(source, shape, expected));
}

std::uint64_t bytes_of_shape(const Shape& shape, std::size_t element_size,
                             const std::string& source) {
  for (const std::int64_t extent : shape) {
    if (extent == 0) return 0;
  }
  std::uint64_t bytes = std::max<std::uint64_t>(element_size, 1);
  for (const std::int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes) ||
        bytes > max_data_bytes) {
      throw FormatError(source + ": shape " + shape_text(shape) + " is larger than any memory");
    }
  }
  return element_size == 0 ? 0 : bytes;
}

NpyHeader parse_npy_dictionary(std::string_view text, const std::string& source) {
  return DictionaryParser(text, source).parse();
}

NpyHeader read_npy_header(ByteReader& reader, const std::string& source) {
  std::array<std::byte, 12> prefix{};
  const std::span<std::byte> all(prefix);
  const std::size_t count = reader.read(all.first(8));
  const std::string_view magic(reinterpret_cast<const char*>(prefix.data()),
                               std::min(count, npy_magic.size()));
  if (magic != npy_magic) {
    throw FormatError(
        source + ": " +
        (count < npy_magic.size() ? in_bytes(count) + " in all" : "other first bytes") +
        ", expected a .npy array, which begins with \\x93NUMPY");
  }
  const std::string truncated = source + ": the .npy header is truncated";
  if (count < 8) throw FormatError(truncated);
  const int version = std::to_integer<int>(prefix[6]);
  if (version < 1 || version > 3 || std::to_integer<int>(prefix[7]) != 0) {
    throw FormatError(source + ": .npy version " + std::to_string(version) + "." +
                      std::to_string(std::to_integer<int>(prefix[7])) +
                      ", expected 1.0, 2.0 or 3.0");
  }
  const std::span<std::byte> length_bytes = all.subspan(8, version == 1 ? 2 : 4);
  if (reader.read(length_bytes) != length_bytes.size()) throw FormatError(truncated);
  const std::uint64_t length = number_of(length_bytes, false);
  if (length > max_header_bytes) {
    throw FormatError(source + ": a .npy header of " + in_bytes(length) + ", expected at most " +
                      in_bytes(max_header_bytes));
  }
  const std::uint64_t before = 8 + length_bytes.size();
  if (before + length > reader.size()) throw FormatError(truncated);
  Bytes text(length);
  if (reader.read(text.span()) != length) throw FormatError(truncated);
  NpyHeader header =
      parse_npy_dictionary({reinterpret_cast<const char*>(text.data()), text.size()}, source);
  header.header_bytes = before + length;
  header.data_bytes = bytes_of_shape(header.shape, header.type.size, source);
  const std::uint64_t there = reader.size() - header.header_bytes;
  if (header.data_bytes != there) {
    throw FormatError(source + ": shape " + shape_text(header.shape) + " of " + header.type.name() +
                      " needs " + in_bytes(header.data_bytes) + " of data, but " +
                      std::to_string(there) + " follow the header");
  }
  return header;
}

std::string format_npy_header(const ElementType& type, const Shape& shape) {
  std::string text = "{'descr': '" + type.descr() +
                     "', 'fortran_order': False, 'shape': " + shape_text(shape) + ", }";
  const std::size_t padded = (10 + text.size() + 1 + 63) / 64 * 64;
  text.append(padded - 10 - text.size() - 1, ' ');
  text += '\n';
  std::string header(npy_magic);
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

}  // namespace ptychopatch::formats
