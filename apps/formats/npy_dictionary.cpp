// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <limits>

#include "formats/format_error.hpp"
#include "formats/npy_header.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::size_t kMostAxes = 32;  // NumPy's own limit

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
      if (shape.size() > kMostAxes) fail("more than 32 axes");
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

NpyHeader parse_npy_dictionary(std::string_view text, const std::string& source) {
  return DictionaryParser(text, source).parse();
}

}  // namespace ptychopatch::formats
