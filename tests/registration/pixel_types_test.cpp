// SPDX-License-Identifier: Apache-2.0
//
// A scene is what its values are, whatever type they have: equal values give equal answers, bit for
// bit, in all types that hold them.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "oracle/registration/registration.hpp"
#include "registration/support/scene.hpp"

namespace {

ppatch_cfa cfa_or_none(const std::string& letters) {
  return letters.empty() ? ppatch_cfa_none() : ptychopatch::cfa(letters);
}

using ptychopatch::scene_options;

constexpr const char* xtrans = "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG";
constexpr ppatch_method all_methods[] = {PPATCH_METHOD_ML, PPATCH_METHOD_PHASE, PPATCH_METHOD_CROSS,
                                         PPATCH_METHOD_PER_PLANE};

template <class T>
ppatch_array array_of(const std::vector<T>& values, std::int64_t height, std::int64_t width) {
  return ptychopatch::array(values.data(), {height, width});
}

// Both images of a pair in one type.
template <class T>
struct Typed {
  Typed(const std::vector<double>& reference, const std::vector<double>& moving)
      : still(reference.begin(), reference.end()), moved(moving.begin(), moving.end()) {}
  std::vector<T> still, moved;
};

class PixelTypes : public testing::Test {
 protected:
  static constexpr std::int64_t size = 96;

  // Integers about `middle`, some hot and some at the ceiling.
  void draw(double middle, double gain, double floor, double ceiling) {
    const FieldPair pair = draw_field(random_, size, 2.375, -1.625, false);
    still_ = values_of(pair.still, middle, gain, floor, ceiling);
    moved_ = values_of(pair.moved, middle, gain, floor, ceiling);
    for (const std::size_t at : {1000U, 5037U, 8999U}) still_[at] = moved_[at] = ceiling;
  }

  template <class T>
  ppatch_shift align_as(const ppatch_scene_options& options,
                        const std::vector<std::uint8_t>* mask = nullptr, double offset = 0.0) {
    std::vector<double> values[2] = {still_, moved_};
    for (auto& image : values) {
      for (double& value : image) value += offset;
    }
    const Typed<T> typed(values[0], values[1]);
    ppatch_scene_image reference = ppatch_scene_image_of(array_of(typed.still, size, size));
    if (mask) reference.mask = array_of(*mask, size, size);
    return align_pair(reference, ppatch_scene_image_of(array_of(typed.moved, size, size)), options);
  }

  Random random_ = test_random(testing::UnitTest::GetInstance()->current_test_info()->name());
  std::vector<double> still_, moved_;

 private:
  static std::vector<double> values_of(const Picture& picture, double middle, double gain,
                                       double floor, double ceiling) {
    std::vector<double> values;
    for (const float pixel : picture.pixels) {
      const double value = std::floor(middle + gain * static_cast<double>(pixel));
      values.push_back(std::min(ceiling, std::max(floor, value)));
    }
    return values;
  }
};

void expect_same(const ppatch_shift& found, const ppatch_shift& expected) {
  EXPECT_EQ(expected.status, PPATCH_SHIFT_STATUS_OK);
  EXPECT_TRUE(same_bytes(&found, &expected, sizeof found))
      << found.shift[0] << ", " << found.shift[1] << " and " << expected.shift[0] << ", "
      << expected.shift[1];
}

TEST_F(PixelTypes, EqualValuesGiveEqualAnswers) {
  SCOPED_TRACE(seed_note());
  draw(128.0, 30.0, 1.0, 255.0);
  std::vector<std::uint8_t> mask(still_.size(), 1);
  for (std::size_t i = 0; i < 700; ++i) mask[i * 11] = 0;
  for (const ppatch_method method : all_methods) {
    for (const char* letters : {"", "RGGB", xtrans}) {
      for (const bool is_masked : {false, true}) {
        const std::vector<std::uint8_t>* masked = is_masked ? &mask : nullptr;
        ppatch_scene_options options = scene_options(size, size, cfa_or_none(letters));
        options.method = method;
        options.hot_pixels = is_masked ? PPATCH_SWITCH_OFF : PPATCH_SWITCH_ON;
        options.white = 250.0;
        options.upsample = 20;
        options.ambiguity_limit = 1.0;  // hot pixels that stay say that nothing has moved
        SCOPED_TRACE(testing::Message() << method << ", " << letters << ", mask " << is_masked);
        const ppatch_shift expected = align_as<float>(options, masked);
        expect_same(align_as<std::uint8_t>(options, masked), expected);
        expect_same(align_as<std::uint16_t>(options, masked), expected);
        expect_same(align_as<std::int16_t>(options, masked), expected);
        const ppatch_shift finer = align_as<double>(options, masked);
        for (int axis = 0; axis < 2; ++axis) {
          EXPECT_NEAR(finer.shift[axis], expected.shift[axis], 1e-4);
        }
      }
    }
  }
}

// Values about zero under a black level below it; the same above zero in a type without signs.
TEST_F(PixelTypes, NegativePixels) {
  SCOPED_TRACE(seed_note());
  draw(-100.0, 2500.0, -9000.0, 30000.0);
  for (const ppatch_method method : all_methods) {
    for (const char* letters : {"", "RGGB"}) {
      ppatch_scene_options options = scene_options(size, size, cfa_or_none(letters));
      options.method = method;
      options.hot_pixels = PPATCH_SWITCH_ON;
      options.upsample = 20;
      for (double& black : options.black) black = -12000.0;
      options.white = 29000.0;
      SCOPED_TRACE(testing::Message() << method << ", " << letters);
      const ppatch_shift expected = align_as<float>(options);
      const ppatch_shift found = align_as<std::int16_t>(options);
      expect_same(found, expected);
      for (double& black : options.black) black = 500.0;
      options.white = 41500.0;
      const ppatch_shift raised = align_as<std::uint16_t>(options, nullptr, 12500.0);
      for (int axis = 0; axis < 2; ++axis) {
        EXPECT_NEAR(raised.shift[axis], found.shift[axis], 1e-5);
      }
    }
  }
}

TEST_F(PixelTypes, AutomaticRepairIsForIntegers) {
  SCOPED_TRACE(seed_note());
  draw(100.0, 20.0, 1.0, 250.0);
  const auto options_of = [](ppatch_switch repairs) {
    ppatch_scene_options options = scene_options(size, size);
    options.hot_pixels = repairs;
    options.ambiguity_limit = 1.0;  // hot pixels that stay say that nothing has moved
    return options;
  };
  const ppatch_shift repaired = align_as<float>(options_of(PPATCH_SWITCH_ON));
  const ppatch_shift kept = align_as<float>(options_of(PPATCH_SWITCH_OFF));
  EXPECT_FALSE(same_bytes(&repaired, &kept, sizeof kept));
  const ppatch_scene_options automatic = options_of(PPATCH_SWITCH_AUTO);
  expect_same(align_as<std::uint8_t>(automatic), repaired);
  expect_same(align_as<std::uint16_t>(automatic), repaired);
  expect_same(align_as<std::int16_t>(automatic), repaired);
  expect_same(align_as<float>(automatic), kept);
}

// A repeating image moved by whole pixels: the sums over all displacements say by how many.
template <class T>
class WholeShifts : public testing::Test {};
using SampleTypes = testing::Types<std::uint8_t, std::uint16_t, std::int16_t, float, double>;
TYPED_TEST_SUITE(WholeShifts, SampleTypes);

TYPED_TEST(WholeShifts, AreTheOracles) {
  constexpr std::int64_t size = 24;
  Random random = test_random("WholeShiftsAreTheOracles");
  SCOPED_TRACE(seed_note());
  const double middle = std::is_signed_v<TypeParam> ? -20.0 : 120.0;
  const Picture picture = textured(random, size, size);
  const Picture rolled_picture = rolled(picture, 3, -5);
  const auto typed = [&](const Picture& from) {
    std::vector<TypeParam> values;
    for (const float pixel : from.pixels) {
      values.push_back(static_cast<TypeParam>(middle + 15.0 * static_cast<double>(pixel)));
    }
    return values;
  };
  const std::vector<TypeParam> still = typed(picture);
  const std::vector<TypeParam> moved = typed(rolled_picture);
  const oracle::Image images[2] = {{size, size, {still.begin(), still.end()}},
                                   {size, size, {moved.begin(), moved.end()}}};
  const auto displacement = oracle::circular_peak(images[0], images[1], true);
  for (const ppatch_method method : {PPATCH_METHOD_ML, PPATCH_METHOD_PHASE, PPATCH_METHOD_CROSS}) {
    ppatch_scene_options options = scene_options(size, size);
    options.method = method;
    options.extent = PPATCH_EXTENT_CIRCULAR;
    options.hot_pixels = PPATCH_SWITCH_OFF;
    const ppatch_shift found =
        align_pair(ppatch_scene_image_of(array_of(still, size, size)),
                   ppatch_scene_image_of(array_of(moved, size, size)), options);
    EXPECT_EQ(found.status, PPATCH_SHIFT_STATUS_OK);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      EXPECT_NEAR(found.shift[axis], -static_cast<double>(displacement[axis]), 1e-3);
    }
  }
}

TYPED_TEST(WholeShifts, OfAnImageAreRoundedAndClamped) {
  constexpr bool is_integer = std::is_integral_v<TypeParam>;
  constexpr auto low = static_cast<double>(std::numeric_limits<TypeParam>::lowest());
  constexpr auto high = static_cast<double>(std::numeric_limits<TypeParam>::max());
  const std::vector<double> values = {0.0, 10.0, 101.0, 127.0,
                                      std::is_signed_v<TypeParam> ? -3.0 : 3.0};
  for (const double gain : {0.5, 1.26, 1.75e3, -7.0e2}) {
    const std::vector<TypeParam> from(values.begin(), values.end());
    std::vector<TypeParam> out(from.size(), TypeParam(7));
    const double shift[2] = {0.0, 0.0};
    ppatch_resample_options options{};
    options.struct_size = sizeof options;
    options.gain = gain;
    const ppatch_array in = array_of(from, 1, 5);
    const ppatch_array to = array_of(out, 1, 5);
    ptychopatch::check(ppatch_image_shift(scene_context().get(), &in, shift, &options, &to));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double exact = gain * values[i];
      const double expected = is_integer ? std::clamp(std::floor(exact + 0.5), low, high) : exact;
      EXPECT_EQ(out[i], static_cast<TypeParam>(expected)) << values[i] << " times " << gain;
    }
  }
}

TYPED_TEST(WholeShifts, OfMosaicsAreNormalisedAndBinned) {
  const std::vector<TypeParam> pixels = {40, 50, 60, 70, 80, 90, 100, 110};
  ppatch_scene_image image = ppatch_scene_image_of(array_of(pixels, 2, 4));
  image.own_levels = 1;
  for (double& black : image.black) black = 10.0;
  image.white = 210.0;
  const ppatch_cfa cfa = ptychopatch::cfa("RGGB");
  std::vector<double> out(8, NAN);
  const ppatch_array to = array_of(out, 2, 4);
  const ptychopatch::Context context = scene_context();
  ptychopatch::check(ppatch_mosaic_normalise(context.get(), &cfa, &image, &to));
  for (std::size_t i = 0; i < out.size(); ++i) {
    EXPECT_EQ(out[i], (static_cast<double>(pixels[i]) - 10.0) / 200.0);
  }
  std::vector<double> binned(6, NAN);
  const ppatch_array to_binned = ptychopatch::array(binned.data(), PPATCH_F64, {3, 1, 2});
  ptychopatch::check(ppatch_mosaic_bin(context.get(), &cfa, &image, &to_binned));
  const std::vector<double> expected = {0.15, 0.25, (0.2 + 0.35) / 2, (0.3 + 0.45) / 2, 0.4, 0.5};
  for (std::size_t i = 0; i < binned.size(); ++i) EXPECT_NEAR(binned[i], expected[i], 1e-15);
}

// Where nothing is left below the white level, and where nothing varies.
TYPED_TEST(WholeShifts, OfImagesThatTellNothing) {
  constexpr std::int64_t size = 64;
  Random random = test_random("WholeShiftsOfImagesThatTellNothing");
  const Picture picture = textured(random, size, size);
  const double middle = std::is_signed_v<TypeParam> ? -20.0 : 120.0;
  std::vector<TypeParam> good;
  for (const float pixel : picture.pixels) {
    good.push_back(static_cast<TypeParam>(middle + 10.0 * static_cast<double>(pixel)));
  }
  std::vector<TypeParam> clipped = good;
  for (std::size_t i = 0; i < clipped.size(); ++i) {
    if (i % 16 != 0) clipped[i] = static_cast<TypeParam>(middle + 100.0);
  }
  const std::vector<TypeParam> flat(good.size(), static_cast<TypeParam>(middle));
  for (const ppatch_method method : all_methods) {
    ppatch_scene_options options = scene_options(size, size);
    options.method = method;
    for (double& black : options.black) black = middle - 100.0;
    options.white = middle + 100.0;
    ptychopatch::ScenePlan plan(scene_context(), options);
    plan.borrow_reference(ppatch_scene_image_of(array_of(good, size, size)));
    const auto status_of = [&](const std::vector<TypeParam>& pixels) {
      return align(plan, ppatch_scene_image_of(array_of(pixels, size, size))).status;
    };
    EXPECT_EQ(status_of(good), PPATCH_SHIFT_STATUS_OK);
    EXPECT_EQ(status_of(clipped), PPATCH_SHIFT_STATUS_SATURATED);
    EXPECT_EQ(status_of(flat), PPATCH_SHIFT_STATUS_FLAT);
  }
}

TEST(OtherTypes, AreRefused) {
  const std::vector<double> memory(2 * 64 * 64, 1.0);
  const ptychopatch::Context context = scene_context();
  ptychopatch::ScenePlan plan(context, scene_options(64, 64));
  for (const ppatch_dtype dtype : std::initializer_list<ppatch_dtype>{
           PPATCH_C64, PPATCH_C128, PPATCH_I32, PPATCH_I64, 10, 0}) {
    const ppatch_array pixels = ptychopatch::array(memory.data(), dtype, {64, 64});
    ppatch_scene_image image = ppatch_scene_image_of(pixels);
    EXPECT_EQ(ppatch_scene_plan_borrow_reference(plan.get(), &image),
              PPATCH_ERROR_INVALID_ARGUMENT);
    EXPECT_NE(std::string(ppatch_last_error()).find("reference.pixels.dtype"), std::string::npos)
        << ppatch_last_error();
    std::vector<double> out(2 * 64 * 64, 7.0);
    const ppatch_array to = ptychopatch::array(out.data(), dtype, {64, 64});
    const double shift[2] = {1.0, 0.0};
    EXPECT_EQ(ppatch_image_shift(context.get(), &pixels, shift, nullptr, &to),
              PPATCH_ERROR_INVALID_ARGUMENT);
    EXPECT_NE(std::string(ppatch_last_error()).find("image.dtype"), std::string::npos)
        << ppatch_last_error();
    EXPECT_EQ(out, std::vector<double>(out.size(), 7.0));
  }
}

}  // namespace
