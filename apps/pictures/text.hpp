// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_PICTURES_TEXT_HPP_
#define PTYCHOPATCH_APPS_PICTURES_TEXT_HPP_

#include <string>

#include "pictures/picture.hpp"

namespace ptychopatch::pictures {

// Letters of 5 x 7 pixels, one column apart, each pixel drawn as scale x scale. A character that
// there is no letter for is left blank.
inline constexpr std::int64_t kLetterHeight = 7;
std::int64_t text_width(const std::string& text, std::int64_t scale = 1);
void draw_text(Picture& picture, std::int64_t top, std::int64_t left, const std::string& text,
               Rgb colour, std::int64_t scale = 1);

}  // namespace ptychopatch::pictures

#endif  // PTYCHOPATCH_APPS_PICTURES_TEXT_HPP_
