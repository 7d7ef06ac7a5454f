// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "cli/dng_bytes.hpp"
#include "cli/temporary_folder.hpp"
#include "mosaics/dng_writer.hpp"
#include "mosaics/image_input.hpp"
#include "mosaics/raw_input.hpp"
#include "mosaics/refusal.hpp"
#include "oracle/seed.hpp"

namespace {

namespace fs = std::filesystem;
using namespace ptychopatch;  // NOLINT(google-build-using-namespace)
using mosaics::RawImage;
using mosaics::Reason;

constexpr const char* x_trans = "GGRGGBGGBGGRBRGRBGGGBGGRGGRGGBRBGBRG";

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

RawImage decode(const std::string& text) { return mosaics::decode_raw(bytes_of(text), "'x'"); }

std::vector<std::uint16_t> pixels_of(const RawImage& raw) {
  std::vector<std::uint16_t> pixels(raw.pixels.data.size() / 2);
  std::memcpy(pixels.data(), raw.pixels.data.data(), raw.pixels.data.size());
  return pixels;
}

class RawTest : public testing::Test {
 protected:
  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_() % end); }

  test::Dng dng(std::uint32_t height, std::uint32_t width) {
    test::Dng made;
    made.height = height;
    made.width = width;
    made.pixels.resize(std::size_t{height} * width);
    for (auto& pixel : made.pixels) pixel = static_cast<std::uint16_t>(100 + below(16000));
    made.white = 16383;
    return made;
  }

  Reason refused(const std::string& text, const std::string& says = "'x'") {
    try {
      decode(text);
    } catch (const mosaics::Refusal& refusal) {
      const std::string sentence = refusal.what();
      EXPECT_TRUE(sentence.starts_with("'x' ")) << sentence;
      EXPECT_NE(sentence.find(says), std::string::npos) << sentence;
      EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
      return refusal.reason();
    }
    ADD_FAILURE() << "was not refused";
    return Reason::unreadable;
  }

  testing::ScopedTrace trace_{__FILE__, __LINE__, seed_note()};
  Random random_ = test_random("raw");
};

TEST_F(RawTest, WhatIsWrittenIsReadBack) {
  for (const char* name :
       {"RGGB", "BGGR", "GRBG", "GBRG", "XTRANS", "RBGBRG/GGRGGB/GGBGGR/BRGRBG/GGBGGR/GGRGGB"}) {
    const auto cfa = mosaics::parse_cfa(name);
    ASSERT_TRUE(cfa) << name;
    // LibRaw takes nothing below 22 pixels.
    const std::int64_t height = 22 + below(60), width = 22 + below(60);
    std::vector<std::uint16_t> pixels(static_cast<std::size_t>(height * width));
    for (auto& pixel : pixels) pixel = static_cast<std::uint16_t>(below(65536));
    const std::uint32_t black = below(2000), white = 20000 + below(40000);
    const formats::Bytes file = mosaics::encode_dng(pixels, height, width, {*cfa, black, white});
    const RawImage read = mosaics::decode_raw(file.span(), "'x'");
    EXPECT_EQ(read.cfa.name(), name);
    EXPECT_EQ(read.black, black);
    EXPECT_EQ(read.white, white);
    EXPECT_EQ(read.height(), height);
    EXPECT_EQ(read.width(), width);
    EXPECT_EQ(pixels_of(read), pixels) << name;
    const formats::Bytes again = mosaics::encode_dng(pixels, height, width, {*cfa, black, white});
    EXPECT_EQ(std::memcmp(file.data(), again.data(), file.size()), 0);
  }
}

// The pattern of a DNG begins at its active area, wherever that lies on the sensor.
TEST_F(RawTest, MarginsOfEveryPhase) {
  for (const std::string& pattern : {std::string("GBRG"), std::string(x_trans)}) {
    for (std::uint32_t top = 0; top < 7; top += 1 + below(2)) {
      for (std::uint32_t left = 0; left < 7; left += 1 + below(3)) {
        test::Dng made = dng(48, 64);
        made.pattern = pattern;
        made.active = {top, left, 45, 61};
        const RawImage read = decode(made.bytes());
        // LibRaw drops a first row or column of a Bayer sensor where its margin is odd.
        EXPECT_LE(top, read.top);
        EXPECT_LE(read.top, top + 1);
        EXPECT_LE(left, read.left);
        EXPECT_LE(read.left, left + 1);
        ASSERT_EQ(read.top + read.height(), 45);
        ASSERT_EQ(read.left + read.width(), 61);
        const auto pixels = pixels_of(read);
        const std::int64_t period = pattern.size() == 4 ? 2 : 6;
        for (std::int64_t y = 0; y < read.height(); ++y) {
          for (std::int64_t x = 0; x < read.width(); ++x) {
            const std::int64_t row = read.top + y, column = read.left + x;
            ASSERT_EQ(pixels[static_cast<std::size_t>(y * read.width() + x)],
                      made.pixels[static_cast<std::size_t>(row * 64 + column)]);
            const auto place = (row - top) % period * period + (column - left) % period;
            ASSERT_EQ("RGB"[read.cfa.colour(y, x)], pattern[static_cast<std::size_t>(place)])
                << "margins " << top << ", " << left << ", pixel " << y << ", " << x;
          }
        }
      }
    }
  }
}

TEST_F(RawTest, HowTheCameraWasHeldTurnsNothing) {
  test::Dng made = dng(40, 64);
  const auto upright = pixels_of(decode(made.bytes()));
  for (std::uint16_t orientation : {3, 6, 8}) {
    made.orientation = orientation;
    const RawImage read = decode(made.bytes());
    EXPECT_EQ(read.height(), 40);
    EXPECT_EQ(pixels_of(read), upright);
  }
}

// Where black differs from pixel to pixel, the pixel less its own black is what must be kept.
TEST_F(RawTest, BlackLevelsOfAPattern) {
  for (std::uint32_t top = 0; top < 4; ++top) {
    for (std::uint32_t left = 0; left < 4; ++left) {
      test::Dng made = dng(32, 44);
      made.active = {top, left, 31, 43};
      made.black = {64, 80, 72, 66};
      made.black_rows = made.black_columns = 2;
      const RawImage read = decode(made.bytes());
      EXPECT_EQ(read.black, 80);
      const auto pixels = pixels_of(read);
      for (std::int64_t y = 0; y < read.height(); ++y) {
        for (std::int64_t x = 0; x < read.width(); ++x) {
          const std::int64_t row = read.top + y, column = read.left + x;
          const double signal = pixels[static_cast<std::size_t>(y * read.width() + x)] - read.black;
          const double black =
              made.black[static_cast<std::size_t>((row - top) % 2 * 2 + (column - left) % 2)];
          ASSERT_EQ(signal, made.pixels[static_cast<std::size_t>(row * 44 + column)] - black)
              << "margins " << top << ", " << left << ", pixel " << y << ", " << x;
        }
      }
    }
  }
}

TEST_F(RawTest, WhatIsRefused) {
  const std::string good = dng(40, 60).bytes();
  EXPECT_EQ(refused(""), Reason::truncated);
  EXPECT_EQ(refused("II"), Reason::not_a_mosaic);
  EXPECT_EQ(refused(good.substr(0, 8)), Reason::truncated);
  EXPECT_EQ(refused(std::string(786432, 'x')), Reason::not_a_mosaic);
  EXPECT_EQ(refused("\xff\xd8\xff\xe0 and so on", "JPEG"), Reason::not_a_mosaic);
  EXPECT_EQ(refused("FUJIFILMCCD-RAW 0201", "cut off"), Reason::truncated);
  // Every cut within pixels or directory is told; pixels come last.
  for (int i = 0; i < 200; ++i) {
    const auto size = below(static_cast<std::uint32_t>(good.size()));
    const Reason reason = refused(good.substr(0, size));
    EXPECT_TRUE(reason == Reason::truncated || reason == Reason::no_image_data ||
                (size < 8 && reason == Reason::not_a_mosaic))
        << size << " of " << good.size();
  }
  test::Dng linear = dng(40, 60);
  linear.photometric = 34892;
  EXPECT_EQ(refused(linear.bytes(), "already demosaiced"), Reason::demosaiced);
  test::Dng large = dng(40, 60);
  large.height = 30000;
  large.width = 40000;
  EXPECT_EQ(refused(large.bytes()), Reason::truncated);
  test::Dng odd = dng(40, 60);
  odd.pattern = "RGBG";
  EXPECT_EQ(refused(odd.bytes(), "colour filter"), Reason::unsupported);
  test::Dng dark = dng(40, 60);
  dark.black = {20000};
  EXPECT_EQ(refused(dark.bytes(), "white level"), Reason::unreadable);
}

TEST_F(RawTest, DamageIsSurvived) {
  const std::string good = dng(24, 36).bytes();
  for (int i = 0; i < 400; ++i) {
    std::string text = good;
    for (std::uint32_t k = 0; k <= below(6); ++k) {
      text[below(400)] = static_cast<char>(below(256));
    }
    try {
      const RawImage read = decode(text);
      EXPECT_GT(read.height() * read.width(), 0);
    } catch (const formats::FormatError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
}

// LibRaw takes a colour for an index into its own memory.
TEST_F(RawTest, AFileThatBreaksTheDecoderCostsThatFileAlone) {
  test::Dng broken = dng(36, 36);
  broken.pattern = "RGGRGGGGBGGBGGBGGBGGGRGGRGGGGRGGBGGB";
  std::string text = broken.bytes();
  std::string colours;
  for (const char c : broken.pattern) colours += static_cast<char>(c == 'R' ? 0 : c == 'G' ? 1 : 2);
  const std::size_t at = text.find(colours);
  ASSERT_NE(at, std::string::npos);
  const std::string good = dng(40, 60).bytes();
  for (int i = 0; i < 20; ++i) {
    for (std::size_t k = 0; k < colours.size(); ++k) text[at + k] = static_cast<char>(below(256));
    EXPECT_THROW(decode(text), formats::FormatError);
    EXPECT_EQ(decode(good).height(), 40);
  }
}

TEST_F(RawTest, ACallerCanStopIt) {
  const std::string good = dng(40, 60).bytes();
  EXPECT_THROW(mosaics::decode_raw(bytes_of(good), "'x'", [] { return true; }),
               mosaics::Interruption);
}

TEST_F(RawTest, RealFiles) {
  const fs::path folder = fs::path(PTYCHOPATCH_TEST_DATA) / "raw";
  if (!fs::exists(folder)) GTEST_SKIP() << "there is no " << folder;
  const auto read = [&](const char* name) {
    return mosaics::read_image({(folder / name).string(), std::nullopt}, {});
  };
  const RawImage canon = read("Canon_EOS_D30_bayer_RGGB.CRW");
  EXPECT_EQ(canon.cfa.name(), "RGGB");
  EXPECT_EQ(canon.height(), 1448);
  EXPECT_EQ(canon.width(), 2176);
  EXPECT_EQ(canon.white, 4095);
  EXPECT_NEAR(canon.black, 127.5, 1);
  EXPECT_EQ(canon.camera, "Canon EOS D30");
  const RawImage chart = read("tinydng_colorchart.dng");
  EXPECT_EQ(chart.cfa.name(), "RGGB");
  EXPECT_EQ(chart.height(), 1156);
  EXPECT_EQ(chart.width(), 1734);
}

TEST_F(RawTest, RealFilesCutShort) {
  const fs::path folder = fs::path(PTYCHOPATCH_TEST_DATA) / "raw";
  if (!fs::exists(folder)) GTEST_SKIP() << "there is no " << folder;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string whole = test::read_file(entry.path().string());
    for (int i = 0; i < 12; ++i) {
      const auto size = below(static_cast<std::uint32_t>(whole.size() - 1000));
      EXPECT_THROW(decode(whole.substr(0, size)), mosaics::Refusal)
          << entry.path() << " cut at byte " << size;
    }
  }
}

TEST_F(RawTest, RealFilesThatAreNone) {
  const fs::path folder = fs::path(PTYCHOPATCH_TEST_DATA) / "raw_negative";
  if (!fs::exists(folder)) GTEST_SKIP() << "there is no " << folder;
  const std::map<std::string, Reason> reasons = {
      {"Canon-R6-pruned.CR3", Reason::no_image_data},
      {"DSC_1339_768x512_rggb.raw", Reason::not_a_mosaic},
      {"IMG_1361.dng", Reason::no_image_data},
      {"exiftool_FujiFilm.raf", Reason::truncated},
      {"issue247-1.nef", Reason::not_a_mosaic},
      {"photoprism_canon_eos_6d.dng", Reason::demosaiced}};
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    ASSERT_TRUE(reasons.contains(name)) << name;
    ++count;
    try {
      mosaics::read_image({entry.path().string(), std::nullopt}, {});
      ADD_FAILURE() << name << " was read";
    } catch (const mosaics::Refusal& refusal) {
      EXPECT_EQ(refusal.reason(), reasons.at(name)) << refusal.what();
    }
  }
  EXPECT_EQ(count, reasons.size());
}

}  // namespace
