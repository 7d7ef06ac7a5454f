// SPDX-License-Identifier: Apache-2.0
//
// OpenEXR images in every compression that is read, lines and tiles, written by OpenEXR's C++
// library, which is not the one that reads them.
#include <OpenEXR/ImfChannelList.h>
#include <OpenEXR/ImfFrameBuffer.h>
#include <OpenEXR/ImfHeader.h>
#include <OpenEXR/ImfOutputFile.h>
#include <OpenEXR/ImfTiledOutputFile.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "mosaics/image_input.hpp"
#include "temporary_folder.hpp"

namespace {

namespace formats = ptychopatch::formats;
namespace mosaics = ptychopatch::mosaics;

constexpr int height = 75, width = 138, channels = 3;

struct Kind {
  Imf::Compression compression;
  double tolerance;  // of values from 0 to 1, in single precision
};

std::vector<float> picture(std::mt19937& random) {
  std::uniform_real_distribution<float> unit(0.2F, 1.0F);
  const float a = unit(random), b = unit(random), c = unit(random);
  std::vector<float> values;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int k = 0; k < channels; ++k) {
        const auto phase = static_cast<float>(k);
        values.push_back(0.5F + 0.2F * std::sin(0.05F * a * static_cast<float>(x) + phase) +
                         0.2F * std::cos(0.07F * b * static_cast<float>(y) * c + phase));
      }
    }
  }
  return values;
}

void write(const std::string& path, std::vector<float> values, Imf::Compression compression,
           bool tiled) {
  Imf::Header header(width, height);
  header.compression() = compression;
  constexpr const char* names[channels] = {"R", "G", "B"};
  Imf::FrameBuffer from;
  for (int k = 0; k < channels; ++k) {
    header.channels().insert(names[k], Imf::Channel(Imf::FLOAT));
    from.insert(names[k], Imf::Slice(Imf::FLOAT, reinterpret_cast<char*>(values.data() + k),
                                     channels * sizeof(float), channels * sizeof(float) * width));
  }
  if (tiled) {
    header.setTileDescription(Imf::TileDescription(32, 16));
    Imf::TiledOutputFile file(path.c_str(), header);
    file.setFrameBuffer(from);
    file.writeTiles(0, file.numXTiles() - 1, 0, file.numYTiles() - 1);
  } else {
    Imf::OutputFile file(path.c_str(), header);
    file.setFrameBuffer(from);
    file.writePixels(height);
  }
}

TEST(Exr, CompressionsGiveThePixels) {
  std::mt19937 random(std::random_device{}());
  const test::TemporaryFolder folder;
  const std::string path = folder / "x.exr";
  const Kind kinds[] = {{Imf::NO_COMPRESSION, 0},   {Imf::RLE_COMPRESSION, 0},
                        {Imf::ZIPS_COMPRESSION, 0}, {Imf::ZIP_COMPRESSION, 0},
                        {Imf::PIZ_COMPRESSION, 0},  {Imf::PXR24_COMPRESSION, 1e-4}};
  for (const Kind& kind : kinds) {
    for (const bool tiled : {false, true}) {
      const std::vector<float> values = picture(random);
      write(path, values, kind.compression, tiled);
      formats::InputFile file(path);
      const formats::NpyArray array = mosaics::decode_exr(file, "'x'");
      const auto name = std::to_string(kind.compression) + (tiled ? " in tiles" : " in lines");
      ASSERT_EQ(array.shape, (formats::Shape{height, width, channels})) << name;
      const auto* found = reinterpret_cast<const float*>(array.data.data());
      double worst = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(found[i]) - values[i]));
      }
      EXPECT_LE(worst, kind.tolerance) << name;
      formats::InputFile again(path);
      EXPECT_EQ(mosaics::read_exr_header(again, "'x'").shape, array.shape) << name;
    }
  }
}

TEST(Exr, WhatLosesMoreIsRefused) {
  std::mt19937 random(1);
  const test::TemporaryFolder folder;
  const std::string path = folder / "x.exr";
  for (const auto compression : {Imf::B44_COMPRESSION, Imf::B44A_COMPRESSION, Imf::DWAA_COMPRESSION,
                                 Imf::DWAB_COMPRESSION}) {
    write(path, picture(random), compression, false);
    formats::InputFile file(path);
    EXPECT_THROW(mosaics::decode_exr(file, "'x'"), formats::FormatError) << compression;
  }
}

TEST(Exr, AHeaderOfManyPixelsIsRefused) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "x.exr";
  std::mt19937 random(1);
  write(path, picture(random), Imf::ZIP_COMPRESSION, false);
  std::string bytes = formats::read_text_file(path, 1 << 20);
  // Both windows' last column and row.
  for (const char* name : {"dataWindow", "displayWindow"}) {
    const std::size_t at = bytes.find(name) + std::string(name).size() + 1 + 6 + 4 + 8;
    for (const std::size_t byte : {at + 2, at + 6}) bytes[byte] = 1;  // 65536 more
  }
  formats::SpanReader reader(std::as_bytes(std::span(bytes)));
  EXPECT_THROW(mosaics::decode_exr(reader, "'x'"), formats::FormatError);
}

}  // namespace
