// SPDX-License-Identifier: Apache-2.0
//
// What the C++ headers make of the C API where no other test goes through them: each answer beside
// the one that C gives, or beside one that is plain.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "ptychopatch/ptychopatch.hpp"

namespace {

using namespace ptychopatch;  // NOLINT(google-build-using-namespace)

Context cpu() {
  ppatch_context_options options = context_options();
  options.backend = PPATCH_BACKEND_CPU;
  options.num_threads = 1;
  return Context(options);
}

void expect_refused(const std::string& letters) {
  try {
    cfa(letters);
    ADD_FAILURE() << "\"" << letters << "\" is taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), PPATCH_ERROR_INVALID_ARGUMENT);
    const std::string text = error.what();
    EXPECT_NE(text.find("4 or 36 letters R, G or B"), std::string::npos) << text;
    EXPECT_NE(text.find("got \"" + letters.substr(0, 40) + "\""), std::string::npos) << text;
  }
}

TEST(Cfa, OfAText) {
  const ppatch_cfa bayer = cfa("GBRG");
  EXPECT_EQ(bayer.height, 2);
  EXPECT_EQ(bayer.width, 2);
  EXPECT_EQ(std::vector<int>(bayer.colour, bayer.colour + 5), (std::vector<int>{1, 2, 0, 1, 0}));
  const ppatch_cfa xtrans = cfa("GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG");
  EXPECT_EQ(xtrans.height, 6);
  EXPECT_EQ(xtrans.colour[4], 0);
  EXPECT_EQ(xtrans.colour[35], 1);
}

TEST(Cfa, OfAWrongTextIsRefused) {
  for (const char* letters : {"", "R", "RGG", "RGGX", "rggb", "RGGBB", "RGGB ", "none"}) {
    expect_refused(letters);
  }
  expect_refused(std::string(35, 'G'));
  expect_refused(std::string(35, 'G') + "x");
  expect_refused(std::string(37, 'G'));
  expect_refused(std::string(4000, 'G'));
  ppatch_cfa kept = cfa("RGGB");
  EXPECT_EQ(ppatch_cfa_parse(nullptr, &kept), PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_NE(std::string(ppatch_last_error()).find("got NULL"), std::string::npos);
  EXPECT_EQ(ppatch_cfa_parse("RGBX", &kept), PPATCH_ERROR_INVALID_ARGUMENT);
  const ppatch_cfa same = cfa("RGGB");
  EXPECT_EQ(std::memcmp(&kept, &same, sizeof kept), 0) << "an error has changed the array";
  EXPECT_EQ(ppatch_cfa_parse("RGGB", nullptr), PPATCH_ERROR_INVALID_ARGUMENT);
}

TEST(Cfa, HasBlocksThatHoldEveryColour) {
  EXPECT_EQ(cfa_block(ppatch_cfa_none()), 1);
  EXPECT_EQ(cfa_block(cfa("GBRG")), 2);
  EXPECT_EQ(cfa_block(cfa("GGRGGBGGBGGRBRGRBGGGBGGRGGRGGBRBGBRG")), 3);
  EXPECT_EQ(cfa_block(cfa("GGGG")), 1) << "one colour is no mosaic";
  const ppatch_cfa lacks_blue = cfa("RGGR");
  std::int64_t kept = -7;
  EXPECT_EQ(ppatch_cfa_block(&lacks_blue, &kept), PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_NE(std::string(ppatch_last_error()).find("every 2 x 2 block"), std::string::npos);
  EXPECT_EQ(kept, -7) << "an error has changed the block";
}

TEST(Library, SaysWhatItIs) {
  EXPECT_EQ(version(), ppatch_version());
  EXPECT_STREQ(version_string(), ppatch_version_string());
  EXPECT_EQ(abi_version(), ppatch_abi_version());
  EXPECT_STREQ(status_string(PPATCH_ERROR_IO), "input or output error");
  EXPECT_STREQ(shift_status_string(PPATCH_SHIFT_STATUS_TOO_SMALL), "too-small");
  EXPECT_EQ(backend_probe(PPATCH_BACKEND_CPU), 1);
  EXPECT_THROW(backend_probe(7), Error);
  EXPECT_EQ(dtype_size(DTypeOf<std::int16_t>::value), 2);
  EXPECT_EQ(dtype_size(DTypeOf<std::complex<double>>::value), 16);
}

TEST(PatchPlans, TellTheirBytes) {
  const Context context = cpu();
  const double positions[3][2] = {{0, 0}, {1, 2}, {3, 4}};
  const ppatch_patch_options options = patch_options(4, 5);
  const PatchPlan plan(context, array(&positions[0][0], {3, 2}), options);
  EXPECT_EQ(PatchPlan::bytes(context, 3, options), plan.info().bytes);
}

TEST(Shifts, AreRoundedAndLeaveACommonArea) {
  std::int64_t lattice[2];
  cfa_round(cfa("RGGB"), {2.7, -3.2}, lattice);
  EXPECT_EQ(lattice[0], 2);
  EXPECT_EQ(lattice[1], -4);
  const ppatch_common_area area = common_area({10, 12}, {11, 9}, lattice);
  EXPECT_EQ(area.reference_y, 2);
  EXPECT_EQ(area.moving_y, 0);
  EXPECT_EQ(area.reference_x, 0);
  EXPECT_EQ(area.moving_x, 4);
  EXPECT_EQ(area.height, 8);
  EXPECT_EQ(area.width, 5);
}

TEST(Shifts, AreApplied) {
  const std::vector<float> image = {1, 2, 3, 4, 5, 6};
  std::vector<float> out(6, -7.0F);
  const Context context = cpu();
  image_shift(context, array(image.data(), {2, 3}), {0, 1}, array(out.data(), {2, 3}));
  EXPECT_EQ(out, (std::vector<float>{0, 1, 2, 0, 4, 5}));
  ppatch_resample_options options = resample_options();
  options.boundary = PPATCH_BOUNDARY_EDGE;
  options.gain = 2;
  image_shift(context, array(image.data(), {2, 3}), {0, 1}, array(out.data(), {2, 3}), options);
  EXPECT_EQ(out, (std::vector<float>{2, 2, 4, 8, 8, 10}));
  MeasuredMotion measured;
  measured.motion.model = PPATCH_MOTION_MODEL_AFFINE;
  measured.motion.matrix[0] = 1.0;
  measured.motion.matrix[3] = 2.0;  // dx grows by 1 a column: all of a row looks at its first pixel
  image_warp(context, array(image.data(), {2, 3}), measured, array(out.data(), {2, 3}), options);
  EXPECT_EQ(out, (std::vector<float>{2, 2, 2, 8, 8, 8}));
}

TEST(Mosaics, AreNormalisedAndBinned) {
  const std::vector<std::uint16_t> pixels = {20, 30, 50, 60};
  ppatch_scene_image image = ppatch_scene_image_of(array(pixels.data(), {2, 2}));
  image.own_levels = 1;
  for (double& level : image.black) level = 10;
  image.white = 110;
  const Context context = cpu();
  std::vector<double> out(4, -7.0);
  mosaic_normalise(context, cfa("RGGB"), image, array(out.data(), {2, 2}));
  EXPECT_EQ(out, (std::vector<double>{0.1, 0.2, 0.4, 0.5}));
  std::vector<double> colours(3, -7.0);
  mosaic_bin(context, cfa("RGGB"), image, array(colours.data(), {3, 1, 1}));
  EXPECT_DOUBLE_EQ(colours[0], 0.1);
  EXPECT_DOUBLE_EQ(colours[1], 0.3);
  EXPECT_DOUBLE_EQ(colours[2], 0.5);
}

TEST(Images, OfSeveralChannels) {
  const std::vector<float> image = {1, 2, 4, 8, 16, 32};
  const Context context = cpu();
  std::vector<double> out(2, -7.0);
  const Array from = array(image.data(), {1, 2, 3}), to = array(out.data(), {1, 2});
  image_luminance(context, from, to);
  EXPECT_NEAR(out[0], 0.2126 + 2 * 0.7152 + 4 * 0.0722, 1e-12);
  image_luminance(context, from, to, {1, 0, 3}, 20);
  EXPECT_EQ(out, (std::vector<double>{13.0 / 4, 20}));
  EXPECT_THROW(image_luminance(context, from, to, {1, 2}), Error);
}

TEST(Pairs, AreMeasured) {
  const std::vector<double> anchor(64, 3.0);
  const std::vector<double> target(64, 1.5);
  const Array a = array(anchor.data(), {8, 8});
  const Array t = array(target.data(), {8, 8});
  const Context context = cpu();
  EXPECT_EQ(pair_gain(context, a, t), 2.0);
  EXPECT_EQ(pair_loss(context, a, t), 0.0);
  EXPECT_EQ(pair_loss(context, a, t, 1.0), 1.5);
  std::vector<std::uint8_t> mask(64, 7);
  ppatch_mask_options options = mask_options();
  options.clip_bound = 3.0;
  EXPECT_EQ(pair_mask(context, a, t, array(mask.data(), {8, 8}), options), 0.0);
  EXPECT_EQ(mask, std::vector<std::uint8_t>(64, 0));
}

}  // namespace
