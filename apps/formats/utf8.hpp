// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace ptychopatch::formats {

// Neither a half of a surrogate pair nor beyond the last plane.
bool is_character(char32_t c);

bool is_utf8(const std::string& text);

void append_utf8(std::string& text, char32_t c);

// A byte that is no part of valid UTF-8 (a file may have any name) becomes U+FFFD.
std::u32string utf32_of(const std::string& utf8);
std::string valid_utf8(const std::string& text);

// A name as text that no other name has: U+FFFD and two hexadecimal digits stand for a byte that is
// no part of valid UTF-8, or of a U+FFFD in the name.
std::string text_of_name(const std::string& name);

}  // namespace ptychopatch::formats
