// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/temporary_folder.hpp"
#include "formats/array_store.hpp"
#include "formats/array_writer.hpp"
#include "formats/format_error.hpp"
#include "oracle/seed.hpp"

namespace {

using namespace ptychopatch::formats;  // NOLINT(google-build-using-namespace)
using test::read_file;
using test::TemporaryFolder;

Bytes bytes_of(const std::string& text) {
  Bytes bytes(text.size());
  std::copy_n(text.data(), text.size(), reinterpret_cast<char*>(bytes.data()));
  return bytes;
}

Tensor counting(const Shape& shape) {
  Tensor tensor = Tensor::make(PPATCH_F64, shape, "test");
  for (std::size_t i = 0; i < tensor.data.size() / sizeof(double); ++i) {
    tensor.as<double>()[i] = 0.5 * static_cast<double>(i);
  }
  return tensor;
}

void write_archive(NpzWriter& writer, const std::string& path, bool deflate) {
  OutputFile file(path, true);
  writer.write(file, deflate);
  file.finish();
  file.publish();
}

// Two arrays and a text.
std::string sample(const TemporaryFolder& folder, bool deflate) {
  const Tensor a = counting({3, 5}), empty = counting({0, 2});
  NpzWriter writer;
  writer.add("a", a);
  writer.add("empty", empty);
  writer.add_text("note", "µm");
  write_archive(writer, folder / "sample.npz", deflate);
  return read_file(folder / "sample.npz");
}

TEST(Npz, WhatIsWrittenIsReadBack) {
  const TemporaryFolder folder;
  for (const bool deflate : {false, true}) {
    const std::string bytes = sample(folder, deflate);
    const auto from_file = open_npz(folder / "sample.npz");
    const auto from_memory = open_npz(bytes_of(bytes), "memory");
    for (const auto* archive : {from_file.get(), from_memory.get()}) {
      EXPECT_EQ(archive->keys(), (std::vector<std::string>{"a", "empty", "note"}));
      EXPECT_EQ(archive->header("a").shape, (Shape{3, 5}));
      const Tensor a = to_tensor(archive->read("a"), PPATCH_F64, "a");
      for (int i = 0; i < 15; ++i) EXPECT_EQ(a.as<double>()[i], 0.5 * i);
      EXPECT_EQ(archive->read("empty").shape, (Shape{0, 2}));
      EXPECT_EQ(texts_of(archive->read("note"), "note"), std::vector<std::string>{"µm"});
    }
    EXPECT_EQ(bytes, sample(folder, deflate)) << "equal arrays gave other bytes";
  }
}

TEST(Npz, AMissingKeyIsNamedWithThoseThatAreThere) {
  const TemporaryFolder folder;
  sample(folder, false);
  const auto archive = open_npz(folder / "sample.npz");
  try {
    archive->read("b");
    FAIL() << "accepted";
  } catch (const FormatError& error) {
    EXPECT_NE(std::string(error.what()).find("'b' is missing; there are 'a, empty, note'"),
              std::string::npos)
        << error.what();
  }
}

TEST(Npz, StreamsComeInPieces) {
  const TemporaryFolder folder;
  const Tensor all = counting({1000});
  std::size_t at = 0;
  NpzWriter writer;
  writer.add_stream("all", PPATCH_F64, {1000}, [&] {
    const std::size_t count = std::min<std::size_t>(all.data.size() - at, 777);
    at += count;
    return all.data.span().subspan(at - count, count);
  });
  write_archive(writer, folder / "stream.npz", false);
  const NpyArray read = open_npz(folder / "stream.npz")->read("all");
  ASSERT_EQ(read.data.size(), all.data.size());
  EXPECT_EQ(std::memcmp(read.data.data(), all.data.data(), all.data.size()), 0);
}

TEST(Npz, AProducersExceptionComesThroughAndNothingIsLeft) {
  const TemporaryFolder folder;
  struct Stop {};
  {
    NpzWriter writer;
    writer.add_stream("x", PPATCH_F64, {8}, []() -> std::span<const std::byte> { throw Stop(); });
    OutputFile file(folder / "x.npz", false);
    EXPECT_THROW(writer.write(file, false), Stop);
  }
  EXPECT_TRUE(folder.empty());
  NpzWriter writer;
  writer.add_stream("x", PPATCH_F64, {8}, [] { return std::span<const std::byte>(); });
  OutputFile file(folder / "x.npz", false);
  EXPECT_THROW(writer.write(file, false), std::logic_error) << "fewer bytes than the header says";
}

TEST(Npz, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  for (const bool deflate : {false, true}) {
    const std::string good = sample(folder, deflate);
    for (std::size_t length = 0; length < good.size(); ++length) {
      const std::string cut = good.substr(0, length);
      EXPECT_THROW(open_npz(bytes_of(cut), "cut")->read("a"), FormatError) << length;
    }
  }
}

TEST(Npz, DamagedArchivesAreRefusedOrRead) {
  const TemporaryFolder folder;
  Random random = test_random("Npz.DamagedArchivesAreRefusedOrRead");
  const std::string archives[] = {sample(folder, false), sample(folder, true)};
  int refused = 0;
  for (int i = 0; i < case_count(4000); ++i) {
    std::string bytes = archives[random() % 2];
    const auto flips = 1 + random() % 3;
    for (std::uint64_t flip = 0; flip < flips; ++flip) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    try {
      const auto archive = open_npz(bytes_of(bytes), "damaged");
      for (const std::string& key : archive->keys()) archive->read(key);
    } catch (const FormatError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0) << seed_note();
}

// Puts a little-endian number into an archive wherever the old one stands.
void replace_all(std::string& bytes, std::uint32_t from, std::uint32_t to) {
  std::string old_bytes, new_bytes;
  for (int i = 0; i < 4; ++i) {
    old_bytes += static_cast<char>(from >> (8 * i) & 0xff);
    new_bytes += static_cast<char>(to >> (8 * i) & 0xff);
  }
  for (std::size_t at = 0; (at = bytes.find(old_bytes, at)) != std::string::npos; at += 4) {
    bytes.replace(at, 4, new_bytes);
  }
}

TEST(Npz, ADeclaredMemberSizeIsNotBelieved) {
  const TemporaryFolder folder;
  const auto member_bytes = static_cast<std::uint32_t>(128 + 15 * sizeof(double));
  for (const bool deflate : {false, true}) {
    std::string bytes = sample(folder, deflate);
    replace_all(bytes, member_bytes, 0xfffffff0);
    try {
      open_npz(bytes_of(bytes), "liar")->read("a");
      FAIL() << "accepted";
    } catch (const FormatError& error) {
      EXPECT_NE(std::string(error.what()).find("liar"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
