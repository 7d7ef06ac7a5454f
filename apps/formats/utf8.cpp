// SPDX-License-Identifier: Apache-2.0
#include "formats/utf8.hpp"

#include <optional>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

constexpr char32_t replacement = 0xfffd;

// The character at a place, which moves behind it, or by one byte where there is none.
std::optional<char32_t> next_character(const std::string& text, std::size_t& at) {
  static constexpr char32_t least_codes[] = {0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t more = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : 3;
  bool valid = lead < 0x80 || (lead >= 0xc0 && lead < 0xf8);
  char32_t c = more == 0 ? lead : lead & (0x3fu >> more);
  for (std::size_t i = 1; valid && i <= more; ++i) {
    const unsigned next = at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
    valid = next >> 6 == 2;
    c = c << 6 | (next & 0x3f);
  }
  valid = valid && is_character(c) && c >= least_codes[more];
  at += valid ? more + 1 : 1;
  if (!valid) return std::nullopt;
  return c;
}

}  // namespace

bool is_character(char32_t c) { return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff); }

void append_utf8(std::string& text, char32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  static constexpr unsigned lead_marks[] = {0, 0xc0, 0xe0, 0xf0};
  text += static_cast<char>(lead_marks[more] | c >> (6 * more));
  for (int i = more - 1; i >= 0; --i) text += static_cast<char>(0x80 | (c >> (6 * i) & 0x3f));
}

bool is_utf8(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!next_character(text, at)) return false;
  }
  return true;
}

std::u32string utf32_of(const std::string& utf8) {
  std::u32string result;
  for (std::size_t at = 0; at < utf8.size();) {
    result += next_character(utf8, at).value_or(replacement);
  }
  return result;
}

std::string valid_utf8(const std::string& text) {
  if (is_utf8(text)) return text;
  std::string valid;
  for (const char32_t c : utf32_of(text)) append_utf8(valid, c);
  return valid;
}

std::string text_of_name(const std::string& name) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t begin = at;
    const std::optional<char32_t> c = next_character(name, at);
    if (c && *c != replacement) {
      text.append(name, begin, at - begin);
      continue;
    }
    for (std::size_t i = begin; i < at; ++i) {
      const auto byte = static_cast<unsigned char>(name[i]);
      append_utf8(text, replacement);
      text += digits[byte >> 4];
      text += digits[byte & 15];
    }
  }
  return text;
}

std::string quoted(const std::string& text) {
  std::string shown = "'";
  for (const char32_t c : utf32_of(text)) {
    const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
    append_utf8(shown, control ? U'?' : c);
  }
  return shown + "'";
}

}  // namespace ptychopatch::formats
