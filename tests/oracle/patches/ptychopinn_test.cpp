// SPDX-License-Identifier: Apache-2.0
//
// Two oracles written apart must agree: PtychoPINN's three steps, and the general definition with
// anchor half, zero boundary, xy order and channel-last patches.
#include "oracle/patches/ptychopinn.hpp"

#include <gtest/gtest.h>

#include "oracle/patches/layout.hpp"
#include "oracle/patches/patches.hpp"
#include "oracle/seed.hpp"

namespace {

TEST(PtychoPinn, IsTheGeneralDefinitionWithItsOptions) {
  Random random = test_random("ptychopinn");
  std::uniform_real_distribution<double> place(-12, 50);
  std::uniform_real_distribution<float> unit(-1, 1);
  for (std::int64_t n : {8, 9}) {
    for (std::int64_t members : {1, 4, 9}) {
      for (int sign : {1, -1}) {
        std::vector<std::complex<float>> image(40 * 31);
        for (auto& v : image) v = {unit(random), unit(random)};
        std::vector<oracle::Offset> given(3 * members);
        for (auto& p : given) p = {place(random), place(random)};
        const oracle::Offsets parts = oracle::group_offsets(given, members);
        const std::vector<oracle::Offset> offsets = oracle::combined_offsets(parts, sign);
        const auto theirs = oracle::get_image_patches(image, 40, 31, offsets, members, n);

        oracle::Scan scan{};
        scan.options.patch_height = scan.options.patch_width = n;
        scan.options.anchor = PPATCH_ANCHOR_HALF;
        scan.options.axes = PPATCH_AXES_XY;
        scan.options.layout = PPATCH_LAYOUT_CHANNEL_LAST;
        scan.options.group_size = members;
        scan.images = 1;
        scan.height = 40;
        scan.width = 31;
        if (sign < 0) scan.options.local_offsets = PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN;
        for (const oracle::Offset& p : sign < 0 ? given : offsets) {
          scan.positions.push_back({oracle::coordinate(0, p[0]), oracle::coordinate(0, p[1])});
        }
        const oracle::Values ours = oracle::extract(scan, {image.begin(), image.end()});
        const oracle::Layout layout{PPATCH_LAYOUT_CHANNEL_LAST, 0, 3 * members, members, 0, n, n};
        const std::vector<std::int64_t> order = oracle::order(layout);
        ASSERT_EQ(ours.size(), theirs.size());
        for (std::size_t i = 0; i < ours.size(); ++i) {
          ASSERT_NEAR(std::abs(ours[i] - theirs[order[i]]), 0, 1e-12) << seed_note();
        }
      }
    }
  }
}

}  // namespace
