// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "formats/format_error.hpp"
#include "formats/npy_array.hpp"

namespace {

using namespace ptychopatch::formats;  // NOLINT(google-build-using-namespace)

TEST(TextArray, RoundTrip) {
  for (const std::string& text : std::vector<std::string>{"", "plain", "{\"a\": [1, 2]}",
                                                          "µm, Ångström, 電子, \xf0\x9f\x94\xac"}) {
    const NpyArray array = text_array(text);
    EXPECT_TRUE(array.shape.empty());
    EXPECT_EQ(texts_of(array, "x"), std::vector<std::string>{text});
  }
}

TEST(TextArray, BytesThatAreNotUtf8BecomeReplacements) {
  const std::string replacement = "\xef\xbf\xbd";
  for (const std::string& bad :
       {std::string("\xff"), std::string("\x80"), std::string("\xc0\xaf"),
        std::string("\xed\xa0\x80"), std::string("\xf4\x90\x80\x80"), std::string("\xe9\x9b")}) {
    const std::string read = texts_of(text_array("a" + bad + "b"), "x")[0];
    EXPECT_EQ(read.front(), 'a');
    EXPECT_EQ(read.back(), 'b');
    EXPECT_NE(read.find(replacement), std::string::npos);
  }
}

TEST(TextArray, RefusesWhatIsNoText) {
  NpyArray array{{Kind::text, 4}, {}, Bytes(4)};
  const char32_t beyond = 0x110000;
  std::memcpy(array.data.data(), &beyond, 4);
  EXPECT_THROW(texts_of(array, "x"), FormatError);
  EXPECT_THROW(texts_of({{Kind::floating, 8}, {}, Bytes(8)}, "x"), FormatError);
}

}  // namespace
