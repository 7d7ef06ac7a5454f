// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/npy_bytes.hpp"
#include "formats/format_error.hpp"
#include "formats/npy_array.hpp"
#include "oracle/seed.hpp"

namespace {

using namespace ptychopatch::formats;  // NOLINT(google-build-using-namespace)
using test::bytes_of;
using test::dictionary;
using test::npy_file;

std::string text_of(const NpyArray& array) {
  return {reinterpret_cast<const char*>(array.data.data()), array.data.size()};
}

TEST(Npy, EveryTypeComesOutInThisMachinesOrder) {
  // Two elements of bytes 0, 1, 2, ...: swapped, each unit (each half of a complex) turns round.
  for (const char* descr : {"i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8",
                            "c16", "b1", "U3"}) {
    const bool text = descr[0] == 'U', complex = descr[0] == 'c';
    const auto number = static_cast<std::size_t>(std::stoi(descr + 1));
    const std::size_t element = text ? 4 * number : number;
    const std::size_t unit = text ? 4 : complex ? number / 2 : number;
    std::string data;
    for (std::size_t i = 0; i < 2 * element; ++i) data += static_cast<char>(i);
    std::string turned = data;
    for (std::size_t at = 0; at < data.size(); at += unit) {
      std::reverse(turned.begin() + static_cast<std::ptrdiff_t>(at),
                   turned.begin() + static_cast<std::ptrdiff_t>(at + unit));
    }
    const bool single = element == 1;
    const auto read = [&](const std::string& order) {
      const std::string file = npy_file(dictionary(order + descr, "(2,)"), data);
      return text_of(parse_npy(bytes_of(file), "SOURCE"));
    };
    EXPECT_EQ(read(single ? "|" : "<"), data) << descr;
    EXPECT_EQ(read(">"), turned) << descr;
  }
}

TEST(Npy, FortranOrderBecomesCOrder) {
  // Element (i, j, k) holds 16 i + 4 j + k.
  const std::int64_t n[] = {3, 2, 4};
  std::string fortran, c;
  for (std::int64_t k = 0; k < n[2]; ++k) {
    for (std::int64_t j = 0; j < n[1]; ++j) {
      for (std::int64_t i = 0; i < n[0]; ++i) fortran += static_cast<char>(16 * i + 4 * j + k);
    }
  }
  for (std::int64_t i = 0; i < n[0]; ++i) {
    for (std::int64_t j = 0; j < n[1]; ++j) {
      for (std::int64_t k = 0; k < n[2]; ++k) c += static_cast<char>(16 * i + 4 * j + k);
    }
  }
  const std::string file = npy_file(dictionary("|u1", "(3, 2, 4)", true), fortran);
  EXPECT_EQ(text_of(parse_npy(bytes_of(file), "SOURCE")), c);
}

TEST(Npy, EmptyAndScalarArrays) {
  for (const bool fortran : {false, true}) {
    const std::string empty = npy_file(dictionary("<c8", "(3, 0, 2)", fortran), "");
    EXPECT_EQ(parse_npy(bytes_of(empty), "SOURCE").count(), 0);
    const std::string scalar = npy_file(dictionary("<f4", "()", fortran), "abcd");
    EXPECT_EQ(parse_npy(bytes_of(scalar), "SOURCE").count(), 1);
    const std::string nothing = npy_file(dictionary("<U0", "(2, 3)", fortran), "");
    EXPECT_EQ(parse_npy(bytes_of(nothing), "SOURCE").data.size(), 0u);
  }
}

// A reader that declares more than it has, as a damaged archive's member does.
class LyingReader : public SpanReader {
 public:
  LyingReader(std::span<const std::byte> bytes, std::uint64_t size)
      : SpanReader(bytes), size_(size) {}
  std::uint64_t size() const override { return size_; }
  bool size_is_certain() const override { return false; }

 private:
  std::uint64_t size_;
};

TEST(Npy, ADeclaredSizeIsNotBelieved) {
  const std::string file = npy_file(dictionary("|u1", "(1000000000,)"), "abc");
  LyingReader reader(bytes_of(file), file.size() - 3 + 1'000'000'000);
  try {
    read_npy(reader, "SOURCE");
    FAIL() << "accepted";
  } catch (const FormatError& error) {
    EXPECT_NE(std::string(error.what()).find("but 3 are there"), std::string::npos) << error.what();
  }
}

TEST(Npy, DamagedFilesAreRefusedOrRead) {
  Random random = test_random("Npy.DamagedFilesAreRefusedOrRead");
  const std::string good = npy_file(dictionary("<f4", "(3, 5)", true), std::string(60, 'x'));
  int refused = 0;
  for (int i = 0; i < case_count(20000); ++i) {
    std::string file = good;
    const auto flips = 1 + random() % 4;
    for (std::uint64_t flip = 0; flip < flips; ++flip) {
      file[random() % file.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) file.resize(random() % file.size());
    try {
      const NpyArray array = parse_npy(bytes_of(file), "SOURCE");
      EXPECT_LE(array.data.size(), file.size());
    } catch (const FormatError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0) << seed_note();
}

}  // namespace
