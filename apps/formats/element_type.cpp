// SPDX-License-Identifier: Apache-2.0
#include "formats/element_type.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

constexpr char native_order = std::endian::native == std::endian::little ? '<' : '>';
constexpr std::size_t max_characters = 1u << 28;

[[noreturn]] void refuse(const std::string& source, std::string_view descr,
                         const std::string& reason) {
  throw FormatError(source + ": dtype " + quoted(std::string(descr.substr(0, 40))) + " " + reason);
}

// In the order of Kind: NumPy's letter, and the bytes that an element may have.
struct Numbers {
  char letter;
  std::initializer_list<std::size_t> sizes;
};
constexpr std::initializer_list<std::size_t> one = {1}, powers = {1, 2, 4, 8}, floats = {2, 4, 8},
                                             complex = {8, 16};
constexpr std::array<Numbers, 5> numbers = {
    {{'b', one}, {'i', powers}, {'u', powers}, {'f', floats}, {'c', complex}}};

// Why 'f16' and its like are not read.
std::string reason_against(char letter, std::size_t size) {
  if (letter == 'f' && (size == 12 || size == 16)) {
    return "is long double, whose bytes differ between machines; save as float64";
  }
  if (letter == 'c' && (size == 24 || size == 32)) {
    return "is complex long double, whose bytes differ between machines; save as complex128";
  }
  if (letter == 'S' || letter == 'a') return "is a byte string, expected a numeric array";
  if (letter == 'V') return "is raw or structured data, expected a numeric array";
  if (letter == 'M' || letter == 'm') {
    return "is a date or a time span, expected a numeric array";
  }
  return "is unknown, expected a boolean, integer, float or complex type";
}

// The kind and bytes of 'f8' and its like.
ElementType parse_kind(char letter, std::size_t size, const std::string& source,
                       std::string_view descr) {
  if (letter == 'U' && size <= max_characters) return {Kind::text, 4 * size};
  const auto* found = std::ranges::find(numbers, letter, &Numbers::letter);
  const ElementType type{static_cast<Kind>(found - numbers.begin()), size};
  if (found == numbers.end() || !type.known()) refuse(source, descr, reason_against(letter, size));
  return type;
}

}  // namespace

ElementType parse_element_type(std::string_view descr, const std::string& source) {
  std::string_view rest = descr;
  char order = '=';
  if (!rest.empty() && std::string_view("<>|=").find(rest[0]) != std::string_view::npos) {
    order = rest[0];
    rest.remove_prefix(1);
  }
  if (rest == "?") rest = "b1";
  if (rest.starts_with('O')) {
    refuse(source, descr,
           "is Python objects, which are pickled and never read; expected a numeric "
           "array");
  }
  if (rest.starts_with('M') || rest.starts_with('m')) rest = rest.substr(0, 2);  // M8[ns]
  std::size_t size = 0;
  const char* end = rest.data() + rest.size();
  const auto parsed = rest.size() < 2 ? std::from_chars_result{end, std::errc::invalid_argument}
                                      : std::from_chars(rest.data() + 1, end, size);
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    refuse(source, descr, "is unknown, expected a boolean, integer, float or complex type");
  }
  ElementType type = parse_kind(rest[0], size, source, descr);
  const bool has_order = type.size > 1 && type.kind != Kind::boolean;
  if (has_order && order == '|') refuse(source, descr, "names no byte order, expected < or >");
  type.swapped = has_order && order != '=' && order != native_order;
  return type;
}

bool ElementType::known() const {
  if (!numeric()) return true;
  const auto& sizes = numbers[static_cast<std::size_t>(kind)].sizes;
  return std::ranges::find(sizes, size) != sizes.end();
}

std::string ElementType::name() const {
  if (kind == Kind::boolean) return "bool";
  static constexpr std::array names = {"bool", "int", "uint", "float", "complex", "str"};
  return names[static_cast<std::size_t>(kind)] + std::to_string(numeric() ? 8 * size : size / 4);
}

std::string ElementType::descr() const {
  if (kind == Kind::boolean) return "|b1";
  const std::string order(1, size > 1 || !numeric() ? native_order : '|');
  return order + "biufcU"[static_cast<std::size_t>(kind)] +
         std::to_string(numeric() ? size : size / 4);
}

}  // namespace ptychopatch::formats
