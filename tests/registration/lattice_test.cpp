// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "oracle/registration/registration.hpp"
#include "registration/support/scene.hpp"

namespace {

// The X-Trans array begun at another pixel of its period.
std::string turned(const std::string& letters, int dy, int dx) {
  const int p = letters.size() == 4 ? 2 : 6;
  std::string out;
  for (int y = 0; y < p; ++y) {
    for (int x = 0; x < p; ++x) {
      const int place = (y + dy) % p * p + (x + dx) % p;
      out += letters[static_cast<std::size_t>(place)];
    }
  }
  return out;
}

TEST(Lattice, KeepsColoursOfEveryPhase) {
  Random random = test_random("Lattice");
  SCOPED_TRACE(seed_note());
  std::uniform_real_distribution<double> uniform(-20.0, 20.0);
  std::vector<std::string> all = {"RGGB", "BGGR", "GRBG", "GBRG"};
  for (int dy = 0; dy < 6; ++dy) {
    for (int dx = 0; dx < 6; ++dx) all.push_back(turned(xtrans_letters, dy, dx));
  }
  for (const std::string& letters : all) {
    const ppatch_cfa cfa = ptychopatch::cfa(letters);
    for (int i = 0; i < case_count(20); ++i) {
      const double shift[2] = {uniform(random), uniform(random)};
      std::int64_t found[2] = {-999, -999};
      ptychopatch::check(ppatch_cfa_round(&cfa, shift, found));
      const auto expected = oracle::nearest_colour_shift(letters, {shift[0], shift[1]}, 32);
      EXPECT_EQ(found[0], expected[0]) << letters << " " << shift[0] << " " << shift[1];
      EXPECT_EQ(found[1], expected[1]) << letters << " " << shift[0] << " " << shift[1];
    }
  }
}

TEST(Lattice, XTransByThreeSwapsRedAndBlue) {
  const ppatch_cfa cfa = ptychopatch::cfa(xtrans_letters);
  const double by_three[2] = {3.0, 0.4};
  std::int64_t found[2];
  ptychopatch::check(ppatch_cfa_round(&cfa, by_three, found));
  EXPECT_FALSE(found[0] == 3 && found[1] == 0);
  const double diagonal[2] = {2.9, -3.2};
  ptychopatch::check(ppatch_cfa_round(&cfa, diagonal, found));
  EXPECT_EQ(found[0], 3);
  EXPECT_EQ(found[1], -3);
}

TEST(Lattice, NoMosaicRoundsToPixels) {
  const ppatch_cfa none = ppatch_cfa_none();
  const double shift[2] = {-2.6, 1000000.4};
  std::int64_t found[2];
  ptychopatch::check(ppatch_cfa_round(&none, shift, found));
  EXPECT_EQ(found[0], -3);
  EXPECT_EQ(found[1], 1000000);
}

TEST(Lattice, EveryPhaseIsAlignedAlike) {
  Random random = test_random("LatticePhases");
  SCOPED_TRACE(seed_note());
  std::vector<std::string> all = {"GRBG", turned(xtrans_letters, 1, 4)};
  if (case_count(1) > 1) {
    all.insert(all.end(), {"RGGB", "BGGR", "GBRG", turned(xtrans_letters, 5, 2)});
  }
  for (const std::string& letters : all) {
    const MosaicPair pair = draw_mosaic(random, letters, 384, 3.3, -7.8);
    const auto still = as_integers(pair.still, 256.0, 8000.0);
    const auto moved = as_integers(pair.moved, 256.0, 8000.0);
    ppatch_scene_options options = ptychopatch::scene_options(384, 384, ptychopatch::cfa(letters));
    for (double& black : options.black) black = 256.0;
    const ppatch_shift found =
        align_pair(image_of(still, 384, 384), image_of(moved, 384, 384), options);
    ASSERT_EQ(found.status, PPATCH_SHIFT_STATUS_OK) << letters;
    EXPECT_NEAR(found.shift[0], -3.3, 0.01) << letters;
    EXPECT_NEAR(found.shift[1], 7.8, 0.01) << letters;
    const auto lattice = oracle::nearest_colour_shift(letters, {-3.3, 7.8}, 20);
    EXPECT_EQ(found.lattice_shift[0], lattice[0]) << letters;
    EXPECT_EQ(found.lattice_shift[1], lattice[1]) << letters;
  }
}

}  // namespace
