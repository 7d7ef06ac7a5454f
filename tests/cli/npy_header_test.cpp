// SPDX-License-Identifier: Apache-2.0
#include "formats/npy_header.hpp"

#include <gtest/gtest.h>

#include "cli/npy_bytes.hpp"
#include "formats/format_error.hpp"
#include "formats/npy_array.hpp"

namespace {

using namespace ptychopatch::formats;  // NOLINT(google-build-using-namespace)
using test::bytes_of;
using test::dictionary;
using test::npy_file;

// The message, which must name the source.
std::string refusal(const std::string& file) {
  try {
    parse_npy(bytes_of(file), "SOURCE");
  } catch (const FormatError& error) {
    std::string message = error.what();
    EXPECT_EQ(message.find("SOURCE"), 0u) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }
  return "accepted";
}

TEST(NpyHeader, ReadsEveryVersion) {
  for (const int version : {1, 2, 3}) {
    const std::string file = npy_file(dictionary("<f8", "(2, 1)"), std::string(16, 'x'), version);
    SpanReader reader(bytes_of(file));
    const NpyHeader header = read_npy_header(reader, "SOURCE");
    EXPECT_EQ(header.shape, (Shape{2, 1})) << version;
    EXPECT_EQ(header.type.name(), "float64");
    EXPECT_EQ(header.data_bytes, 16u);
    EXPECT_EQ(header.header_bytes + 16, file.size());
  }
  EXPECT_NE(refusal(npy_file(dictionary("<f8", "(0,)"), "", 4)).find("version 4.0"),
            std::string::npos);
}

TEST(NpyHeader, ReadsWhatOthersWrite) {
  // Python 2's long integers, no spaces, double quotes, any order, no last comma.
  const NpyHeader header =
      parse_npy_dictionary(R"({"shape":(3L,4L),"fortran_order":True,"descr":">i2"})", "SOURCE");
  EXPECT_EQ(header.shape, (Shape{3, 4}));
  EXPECT_TRUE(header.fortran_order);
  EXPECT_TRUE(header.type.swapped);
  EXPECT_EQ(parse_npy_dictionary(dictionary("|b1", "()"), "").shape, Shape{});
  EXPECT_EQ(parse_npy_dictionary(dictionary("|u1", "(7,)"), "").shape, Shape{7});
}

TEST(NpyHeader, RefusesTypesByName) {
  const std::pair<const char*, const char*> cases[] = {{"|O", "pickled"},
                                                       {"<f16", "long double"},
                                                       {"<c32", "complex long double"},
                                                       {"|V16", "structured"},
                                                       {"|S5", "byte string"},
                                                       {"<M8[ns]", "date"},
                                                       {"<m8", "date"},
                                                       {"<f3", "unknown"},
                                                       {"<q8", "unknown"},
                                                       {"", "unknown"},
                                                       {"<", "unknown"},
                                                       {"f", "unknown"},
                                                       {"<i99999999999999999999", "unknown"},
                                                       {"|f8", "byte order"}};
  for (const auto& [descr, reason] : cases) {
    const std::string message = refusal(npy_file(dictionary(descr, "(1,)"), std::string(16, 'x')));
    EXPECT_NE(message.find(reason), std::string::npos) << descr << ": " << message;
  }
  EXPECT_NE(
      refusal(npy_file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "1234"))
          .find("structured"),
      std::string::npos);
}

TEST(NpyHeader, RefusesMalformedDictionaries) {
  const char* cases[] = {"",
                         "{",
                         "{}",
                         "()",
                         "{'descr': '<f8'}",
                         "{'descr': '<f8', 'fortran_order': False}",
                         "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
                         "{'descr': '<f8', 'fortran_order': False, 'shape': 1}",
                         "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
                         "{'descr': '<f8', 'fortran_order': False, 'shape': (1.5,)}",
                         "{'descr': '<f8', 'fortran_order': False, 'shape': (1 2)}",
                         "{'descr': '<f8', 'fortran_order': False, 'shape': (1,}",
                         "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} more",
                         "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
                         "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}",
                         "{'descr': '<f8, 'fortran_order': False, 'shape': (1,)}",
                         "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'descr"};
  for (const char* each : cases) {
    EXPECT_NE(refusal(npy_file(each, std::string(8, 'x'))), "accepted") << each;
  }
  std::string axes;
  for (int i = 0; i < 33; ++i) axes += "1,";
  EXPECT_NE(
      refusal(npy_file(dictionary("<f8", "(" + axes + ")"), std::string(8, 'x'))).find("32 axes"),
      std::string::npos);
}

TEST(NpyHeader, RefusesAbsurdSizesBeforeTakingMemory) {
  for (const char* shape :
       {"(4611686018427387904, 4)", "(9223372036854775807,)", "(99999999999999999999,)",
        "(65536, 65536, 65536, 65536)", "(1099511627776, 1099511627776, 2)"}) {
    EXPECT_NE(refusal(npy_file(dictionary("<c16", shape), "x")).find("larger than any memory"),
              std::string::npos)
        << shape;
  }
  // Possible sizes that are not there.
  EXPECT_NE(refusal(npy_file(dictionary("<c16", "(1000000, 1000000)"), "x")).find("needs"),
            std::string::npos);
  // One empty axis makes the rest harmless, and elements without bytes do not hide it.
  EXPECT_EQ(refusal(npy_file(dictionary("<c16", "(9223372036854775807, 9, 0)"), "")), "accepted");
  EXPECT_NE(refusal(npy_file(dictionary("<U0", "(9223372036854775807, 9)"), ""))
                .find("larger than any memory"),
            std::string::npos);
  // A header that says it is longer than the file, and one that is too long to be one.
  EXPECT_NE(refusal(std::string("\x93NUMPY\x02\x00\xff\xff\x0f\x00{}", 14)).find("truncated"),
            std::string::npos);
  EXPECT_NE(refusal(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14)).find("at most"),
            std::string::npos);
}

TEST(NpyHeader, DataMustFitTheShapeExactly) {
  const std::string good = npy_file(dictionary("<f8", "(2, 2)"), std::string(32, 'x'));
  EXPECT_EQ(refusal(good), "accepted");
  EXPECT_NE(refusal(good + "y").find("33 follow"), std::string::npos);
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_NE(refusal(good.substr(0, length)), "accepted") << length;
  }
}

TEST(NpyHeader, WrittenHeadersAreAlignedAndReadBack) {
  for (const char* descr : {"|b1", "|i1", "<i2", "<u8", "<f2", "<f4", "<c8", "<c16", "<U5"}) {
    const ElementType type = parse_element_type(descr, "");
    EXPECT_EQ(type.descr(), descr);
    for (const Shape& shape : {Shape{}, Shape{3}, Shape{2, 0, 5}, Shape(20, 1)}) {
      const std::string header = format_npy_header(type, shape);
      EXPECT_EQ(header.size() % 64, 0u);
      EXPECT_EQ(header.back(), '\n');
      const NpyHeader read = parse_npy_dictionary(header.substr(10), "");
      EXPECT_EQ(read.shape, shape);
      EXPECT_EQ(read.type.descr(), descr);
      EXPECT_FALSE(read.fortran_order);
    }
  }
}

}  // namespace
