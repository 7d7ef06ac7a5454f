// SPDX-License-Identifier: Apache-2.0
#if defined(__GNUC__) && !defined(__clang__)
// Under sanitizers GCC 12 takes parts of std::regex for uninitialized.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "cli/temporary_folder.hpp"
#include "commands/registration/file_name.hpp"
#include "commands/registration/scene.hpp"
#include "commands/registration/work_list.hpp"
#include "formats/format_error.hpp"
#include "mosaics/cfa.hpp"
#include "oracle/seed.hpp"

namespace {

namespace fs = std::filesystem;
using namespace ptychopatch;  // NOLINT(google-build-using-namespace)
using rawnind::Scene;

std::string sha1_of(const std::string& text) {
  return rawnind::sha1(std::as_bytes(std::span(text)));
}

TEST(Sha1, PublishedDigests) {
  EXPECT_EQ(sha1_of(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(sha1_of("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sha1_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(sha1_of(std::string(1'000'000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(Sha1, OfTheSharedScenes) {
  const fs::path folder = fs::path(PTYCHOPATCH_TEST_DATA) / "scenes";
  if (!fs::exists(folder)) GTEST_SKIP() << "there is no " << folder;
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const std::size_t at = name.find("_sha1=");
    if (at == std::string::npos) continue;
    EXPECT_EQ(sha1_of(test::read_file(entry.path().string())), name.substr(at + 6, 40));
    ++count;
  }
  EXPECT_GT(count, 0);
}

TEST(FileName, Parts) {
  const auto name = rawnind::parse_file_name("X-Trans_a_b_GT_c_ISO200_sha1=0f.raf");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->type, "X-Trans");
  EXPECT_EQ(name->scene, "a_b_GT_c");
  EXPECT_FALSE(name->reference);
  EXPECT_EQ(name->rest, "ISO200_sha1=0f.raf");
  const auto clean = rawnind::parse_file_name("Bayer_7D-1_GT_ISO100_sha1=22.cr2");
  ASSERT_TRUE(clean);
  EXPECT_EQ(clean->scene, "7D-1");
  EXPECT_TRUE(clean->reference);
  EXPECT_EQ(clean->text(), "Bayer_7D-1_GT_ISO100_sha1=22.cr2");
  for (const char* other : {"", "Bayer", "Bayer_ISO100", "_x_ISO100", "Bayer_x_GT100", "iso.png"}) {
    EXPECT_FALSE(rawnind::parse_file_name(other)) << other;
  }
}

// Random names against the form itself, as the data set's tools have it.
TEST(FileName, AgreesWithItsRegularExpression) {
  SCOPED_TRACE(seed_note());
  const std::regex form("^([^_]+)_(.*)_((GT_)?ISO.*)$");
  const std::vector<std::string> pieces = {"_", "_ISO", "_GT_", "GT", "ISO", "a", "7", "X-Trans"};
  Random random = test_random("names");
  int matching = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (std::size_t k = 0; k < 2 + random() % 8; ++k) text += pieces[random() % pieces.size()];
    std::smatch match;
    const bool wanted = std::regex_match(text, match, form);
    const auto parsed = rawnind::parse_file_name(text);
    ASSERT_EQ(parsed.has_value(), wanted) << text;
    if (!wanted) continue;
    ++matching;
    EXPECT_EQ(parsed->type, match[1]) << text;
    // The form's greedy scene takes "_GT" along.
    EXPECT_EQ(parsed->scene + (parsed->reference ? "_GT" : ""), match[2]) << text;
    EXPECT_EQ(parsed->text(), text);
  }
  EXPECT_GT(matching, 500);
}

void touch(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "x";
}

TEST(Layout, ScenesImagesAndReferences) {
  const test::TemporaryFolder folder;
  const fs::path root = folder / "set";
  for (const char* name :
       {"src/Bayer/b/gt/G2.dng", "src/Bayer/b/gt/G1.ARW", "src/Bayer/b/N2.tiff",
        "src/Bayer/b/N1.npy", "src/Bayer/b/.hidden.dng", "src/Bayer/b/N1.npy.xmp",
        "src/Bayer/b/README", "src/Bayer/b/gt/dng", "src/Bayer/b/gt/G1.", "src/Bayer/a/N.cr3",
        "src/X-Trans/c/gt/G.raf", "src/other/d/gt/G.dng"}) {
    touch(root / name);
  }
  for (const fs::path& given : {root, root / "src"}) {
    const std::vector<Scene> scenes = rawnind::walk_layout(given.string());
    ASSERT_EQ(scenes.size(), 3u);
    EXPECT_EQ(scenes[0].name, "a");
    EXPECT_TRUE(scenes[0].references.empty());
    EXPECT_EQ(scenes[1].references, (std::vector<std::string>{"gt/G1.ARW", "gt/G2.dng"}));
    EXPECT_EQ(scenes[1].images, (std::vector<std::string>{"N1.npy", "N2.tiff"}));
    EXPECT_EQ(scenes[1].left_out, 4u);
    EXPECT_EQ(scenes[2].type, "X-Trans");
    EXPECT_TRUE(fs::exists(scenes[2].folder + scenes[2].references[0]));
  }
  EXPECT_THROW(rawnind::walk_layout(folder / "nowhere"), formats::FormatError);
}

TEST(WorkList, EveryImageAndEveryOtherReferenceOntoEveryReference) {
  const Scene scene{"Bayer", "s", "f/", {"gt/A", "gt/B"}, {"C", "D"}};
  const alignment::SceneWork work = alignment::work_of(scene);
  std::vector<std::string> pairs;
  for (const auto& pair : work.pairs) {
    pairs.push_back(pair.names.image + ">" + pair.names.reference);
    EXPECT_EQ(work.images[pair.image].path, "f/" + pair.names.image);
    EXPECT_EQ(work.images[pair.reference].path, "f/" + pair.names.reference);
  }
  EXPECT_EQ(pairs, (std::vector<std::string>{"gt/B>gt/A", "C>gt/A", "D>gt/A", "gt/A>gt/B", "C>gt/B",
                                             "D>gt/B"}));
  const alignment::SceneWork lonely = alignment::work_of({"Bayer", "s", "f/", {}, {"C"}});
  ASSERT_EQ(lonely.pairs.size(), 1u);
  EXPECT_EQ(lonely.pairs[0].reference, alignment::SceneWork::no_reference);
}

TEST(Index, SmallOnes) {
  const auto scenes = rawnind::parse_index(
      "X-Trans:\n  z:\n    clean_images:\n    - filename: g2\n      sha1: 1\n    - filename: g1\n"
      "    noisy_images: []\nBayer:\n  'no':\n    noisy_images:\n    - filename: n\n",
      "root", "'i'");
  ASSERT_EQ(scenes.size(), 2u);
  EXPECT_EQ(scenes[0].name, "no");
  EXPECT_EQ(scenes[0].folder, "root/src/Bayer/no/");
  EXPECT_EQ(scenes[0].images, std::vector<std::string>{"n"});
  EXPECT_EQ(scenes[1].references, (std::vector<std::string>{"gt/g1", "gt/g2"}));
}

TEST(Index, WhatIsNone) {
  for (const char* text :
       {"", "3", "[]", "Bayer: 3", "Bayer: {a: 3}", "Other: {a: {}}", "{", "Bayer: {}",
        "Bayer: {a: {clean_images: 3}}", "Bayer: {a: {clean_images: [{sha1: 1}]}}",
        "Bayer: {a: {clean_images: [{filename: ../../etc/passwd}]}}", "Bayer: {..: {}}",
        "Bayer: {a: {clean_images: [{filename: [1]}]}}", "&a [*a]", "\t", "? : ?"}) {
    EXPECT_THROW(rawnind::parse_index(text, "root", "'i'"), formats::FormatError) << text;
  }
}

// Counted without a parser, line by line.
TEST(Index, RawNindsWhole) {
  const fs::path path = fs::path(PTYCHOPATCH_TEST_DATA) / "rawnind/RawNIND_dataset_index.yaml";
  if (!fs::exists(path)) GTEST_SKIP() << "there is no " << path;
  std::ifstream file(path);
  std::size_t scenes = 0, references = 0, images = 0;
  bool clean = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("  ") && line[2] != ' ') ++scenes;
    if (line.find("clean_images:") != std::string::npos) clean = true;
    if (line.find("noisy_images:") != std::string::npos) clean = false;
    if (line.starts_with("    - filename:")) ++(clean ? references : images);
  }
  std::size_t found_references = 0, found_images = 0;
  const auto found = rawnind::read_index(path.string(), "root");
  for (const Scene& scene : found) {
    found_references += scene.references.size();
    found_images += scene.images.size();
    for (const std::string& name : scene.references) {
      const auto parsed = rawnind::parse_file_name(name.substr(3));
      ASSERT_TRUE(parsed) << name;
      EXPECT_TRUE(parsed->reference) << name;
      EXPECT_EQ(parsed->type, scene.type);
    }
  }
  EXPECT_GT(scenes, 300u);
  EXPECT_EQ(found.size(), scenes);
  EXPECT_EQ(found_references, references);
  EXPECT_EQ(found_images, images);
}

TEST(Cfa, NamesAndShifts) {
  for (const char* name : {"none", "RGGB", "BGGR", "GRBG", "GBRG", "XTRANS"}) {
    const auto cfa = mosaics::parse_cfa(name);
    ASSERT_TRUE(cfa) << name;
    EXPECT_EQ(cfa->name(), name);
  }
  for (const char* name : {"", "RGBG", "RRRR", "RGB", "rggb", "xtrans", "RGGBR",
                           "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG"}) {
    EXPECT_FALSE(mosaics::parse_cfa(name)) << name;
  }
  const mosaics::Cfa rggb = *mosaics::parse_cfa("RGGB");
  EXPECT_EQ(rggb.shifted(1, 0).name(), "GBRG");
  EXPECT_EQ(rggb.shifted(0, -1).name(), "GRBG");
  EXPECT_EQ(rggb.shifted(2, 4), rggb);
  const mosaics::Cfa& xtrans = mosaics::xtrans();
  EXPECT_EQ(xtrans.shifted(3, -3), xtrans);
  EXPECT_NE(xtrans.shifted(3, 0), xtrans);
  for (int y = 0; y < 6; ++y) {
    for (int x = 0; x < 6; ++x) {
      const mosaics::Cfa moved = xtrans.shifted(y, x);
      EXPECT_EQ(moved.colour(0, 0), xtrans.colour(y, x));
      EXPECT_TRUE(mosaics::is_real(moved));
      EXPECT_EQ(mosaics::parse_cfa(moved.name()), moved);
    }
  }
}

}  // namespace
