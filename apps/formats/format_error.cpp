// SPDX-License-Identifier: Apache-2.0
#include "formats/format_error.hpp"

#include "formats/utf8.hpp"

namespace ptychopatch::formats {

std::string quoted(const std::string& text) {
  std::string shown = "'";
  for (const char32_t c : utf32_of(text)) {
    const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
    append_utf8(shown, control ? U'?' : c);
  }
  return shown + "'";
}

}  // namespace ptychopatch::formats
