// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/record_file.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "formats/format_error.hpp"
#include "oracle/seed.hpp"

namespace {

using namespace ptychopatch;             // NOLINT(google-build-using-namespace)
using namespace ptychopatch::alignment;  // NOLINT(google-build-using-namespace)

constexpr RecordFormat record_formats[] = {RecordFormat::json, RecordFormat::csv,
                                           RecordFormat::yaml};

class RecordFile : public testing::Test {
 protected:
  double number() {
    std::normal_distribution<double> normal;
    return normal(random_) * std::pow(10.0, static_cast<double>(random_() % 30) - 15);
  }

  std::string text() {
    static const std::vector<std::string> texts = {"Bayer_a_ISO100_sha1=0f.arw",
                                                   "no",
                                                   "null",
                                                   "1e5",
                                                   "- x",
                                                   "a: b",
                                                   "'q' \"r\"",
                                                   "comma, here",
                                                   "{",
                                                   "# c",
                                                   " x ",
                                                   "*a",
                                                   "&b",
                                                   "%d",
                                                   "ü €",
                                                   "two\nlines",
                                                   "~",
                                                   "0x10",
                                                   "gt/x y",
                                                   "-",
                                                   "true",
                                                   "[1, 2]",
                                                   "tab\tx",
                                                   "!tag x",
                                                   "ends:",
                                                   "2024-01-01",
                                                   ".5"};
    return texts[random_() % texts.size()];
  }

  Record record() {
    Record made = empty_record({text(), text(), text()}, "ml");
    if (random_() % 4 == 0) {
      reject(made, "truncated", text());
    } else {
      ppatch_shift shift{};
      for (double* each : {&shift.shift[0], &shift.shift[1], &shift.peak, &shift.coherence,
                           &shift.residual, &shift.second_peak_ratio, &shift.lattice_residual[0]}) {
        *each = number();
      }
      shift.covariance[0] = std::abs(number());
      shift.covariance[2] = random_() % 3 == 0 ? NAN : std::abs(number());
      shift.lattice_shift[0] = static_cast<std::int64_t>(random_() % 99) - 50;
      shift.flags = static_cast<std::uint32_t>(random_() % 8);
      set_shift(made, shift);
      made["rgb_xyz_matrix"] = {{number(), number()}, {number(), 0.0}};
    }
    made["options"] = {{"method", "ml"}, {"max_shift", {128, 3}}, {"white", number()}};
    return made;
  }

  Random random_ = test_random("records");
  testing::ScopedTrace trace_{__FILE__, __LINE__, seed_note()};
};

TEST_F(RecordFile, EveryFormatGivesTheSameBack) {
  for (int i = 0; i < 200; ++i) {
    std::vector<Record> records;
    for (std::size_t k = 0; k <= random_() % 4; ++k) records.push_back(record());
    for (const RecordFormat format : record_formats) {
      const std::string text = encode_records(records, format);
      const std::vector<Record> back = decode_records(text, format, "'r'");
      ASSERT_EQ(back.size(), records.size());
      for (std::size_t k = 0; k < records.size(); ++k) ASSERT_EQ(back[k], records[k]) << text;
    }
  }
}

TEST_F(RecordFile, KeysAreAlwaysAllThere) {
  const Record one = record(), other = empty_record({"", "", "x"}, "ml");
  for (const auto& [key, value] : other.items()) EXPECT_TRUE(one.contains(key)) << key;
  for (const char* key :
       {"gt_fpath",    "f_fpath",  "image_set",         "best_alignment",  "best_alignment_loss",
        "is_bayer",    "raw_gain", "rgb_gain",          "overexposure_lb", "mask_mean",
        "mask_fpath",  "crops",    "alignment_method",  "rgb_xyz_matrix",  "shift",
        "shift_sigma", "peak",     "second_peak_ratio", "zero_lag",        "residual",
        "status"}) {
    EXPECT_TRUE(other.contains(key)) << key;
  }
}

TEST_F(RecordFile, NoRecordsAndNonsense) {
  for (const RecordFormat format : record_formats) {
    EXPECT_TRUE(decode_records(encode_records({}, format), format, "'r'").empty());
  }
  for (const char* text : {"{", "{}", "[1]", "a,b\n1\n", "a,\"b", "f_fpath,status\nx\n", "- a: [",
                           "[{}]", "- {f_fpath: 1}", "status,f_fpath,peak\nok,x,{\n"}) {
    for (const RecordFormat format : record_formats) {
      EXPECT_THROW(decode_records(text, format, "'r'"), formats::FormatError) << text;
    }
  }
}

TEST_F(RecordFile, NamesAreTextWhateverAFileIsCalled) {
  const Record one = empty_record({"s", "gt", "a\xff.dng"}, "ml");
  for (const RecordFormat format : record_formats) {
    const std::vector<Record> back = decode_records(encode_records({one}, format), format, "'r'");
    ASSERT_EQ(back.size(), 1u);
    EXPECT_EQ(names_of(back[0]).image,
              "a\xef\xbf\xbd"
              "ff.dng");
    // Two keys that would be written as one.
    const std::string keys = "- f_fpath: x\n  status: ok\n  a\xfe: 1\n  a\xff: 2\n";
    EXPECT_THROW(decode_records(keys, format, "'r'"), formats::FormatError);
  }
}

TEST_F(RecordFile, DamageIsSurvived) {
  for (int i = 0; i < 300; ++i) {
    const RecordFormat format = record_formats[random_() % 3];
    std::string text = encode_records({record(), record()}, format);
    for (std::size_t k = 0; k <= random_() % 5; ++k) {
      text[random_() % text.size()] = static_cast<char>(random_() % 256);
    }
    try {
      for (const Record& each : decode_records(text, format, "'r'")) names_of(each);
    } catch (const formats::FormatError&) {
    }
  }
}

}  // namespace
