// SPDX-License-Identifier: Apache-2.0
#include "formats/text_array.hpp"

#include "formats/format_error.hpp"
#include "formats/utf8.hpp"

namespace ptychopatch::formats {
std::vector<std::string> texts_of(const NpyArray& array, const std::string& source) {
  if (array.type.kind != Kind::kText) {
    throw FormatError(source + " is " + array.type.name() + ", expected text");
  }
  if (array.type.size == 0) return {std::string()};
  const std::size_t width = array.type.size / sizeof(char32_t);
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < array.data.size(); at += array.type.size) {
    std::u32string wide(width, U'\0');
    std::memcpy(wide.data(), array.data.data() + at, array.type.size);
    wide.erase(wide.find_last_not_of(U'\0') + 1);
    std::string text;
    for (const char32_t c : wide) {
      if (!is_character(c)) throw FormatError(source + " holds text that is not Unicode");
      append_utf8(text, c);
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

NpyArray text_array(const std::string& utf8) {
  const std::u32string wide = utf32_of(utf8);
  NpyArray array{{Kind::kText, wide.size() * sizeof(char32_t)}, {}, {}};
  array.data = Bytes(array.type.size);
  if (!wide.empty()) std::memcpy(array.data.data(), wide.data(), array.type.size);
  return array;
}

}  // namespace ptychopatch::formats
