// SPDX-License-Identifier: Apache-2.0
//
// Images of several channels: what becomes of a pixel, in any type and order of axes, and that
// what is made of it is registered.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>

#include "registration/support/scene.hpp"

namespace {

// From the definition, in more precision than the library has.
double luminance(const std::vector<double>& pixel, const std::vector<double>& weights,
                 double white) {
  long double sum = 0.0L, all = 0.0L;
  for (std::size_t c = 0; c < pixel.size(); ++c) {
    if (white != 0.0 && pixel[c] >= white) return white;
    sum += static_cast<long double>(weights[c]) * static_cast<long double>(pixel[c]);
    all += static_cast<long double>(weights[c]);
  }
  return static_cast<double>(sum / all);
}

template <class T>
constexpr ppatch_dtype dtype_of = std::is_same_v<T, std::uint8_t>    ? PPATCH_U8
                                  : std::is_same_v<T, std::uint16_t> ? PPATCH_U16
                                  : std::is_same_v<T, std::int16_t>  ? PPATCH_I16
                                  : std::is_same_v<T, float>         ? PPATCH_F32
                                                                     : PPATCH_F64;

template <class T>
class Luminance : public testing::Test {};
using Samples = testing::Types<std::uint8_t, std::uint16_t, std::int16_t, float, double>;
TYPED_TEST_SUITE(Luminance, Samples);

TYPED_TEST(Luminance, IsTheDefinitions) {
  Random random = test_random("LuminanceIsTheDefinitions");
  SCOPED_TRACE(seed_note());
  const ptychopatch::Context context = scene_context();
  std::uniform_int_distribution<std::int64_t> side(1, 40), channel(1, 16);
  std::uniform_real_distribution<double> uniform(-100.0, 200.0), weight(0.0, 3.0);
  for (int i = 0; i < case_count(30); ++i) {
    const std::int64_t h = side(random), w = side(random);
    const bool usual = i % 3 == 0;
    const std::int64_t channels = usual ? 3 : channel(random);
    std::vector<double> weights = {0.2126, 0.7152, 0.0722};
    if (!usual) {
      weights.assign(static_cast<std::size_t>(channels), 0.0);
      for (double& one : weights) one = weight(random) < 1.0 ? 0.0 : weight(random);
      weights[0] += 0.1;
    }
    // Interleaved, planar, or with gaps and backwards.
    std::vector<std::int64_t> strides = {w * channels, channels, 1};
    if (i % 4 == 1) strides = {w, 1, h * w};
    if (i % 4 >= 2) strides = {3 * w * channels, 3 * channels, 2};
    std::vector<TypeParam> memory(static_cast<std::size_t>(3 * h * w * channels),
                                  static_cast<TypeParam>(77));
    ppatch_array image = ptychopatch::array(memory.data(), dtype_of<TypeParam>, {h, w, channels});
    std::copy(strides.begin(), strides.end(), image.strides);
    if (i % 4 == 3) {
      image.data = memory.data() + (h - 1) * strides[0];
      image.strides[0] = -strides[0];
    }
    auto* const first = static_cast<TypeParam*>(image.data);
    const auto at = [&](std::int64_t y, std::int64_t x, std::int64_t c) -> TypeParam& {
      return first[y * image.strides[0] + x * image.strides[1] + c * image.strides[2]];
    };
    const double low = std::is_unsigned_v<TypeParam> ? 0.0 : -100.0;
    for (std::int64_t k = 0; k < h * w * channels; ++k) {
      at(k / channels / w, k / channels % w, k % channels) =
          static_cast<TypeParam>(std::max(low, uniform(random)));
    }
    const double white = i % 2 == 0 ? 0.0 : 150.3;
    const bool single = i % 5 < 2;
    std::vector<float> floats(static_cast<std::size_t>(h * w), NAN);
    std::vector<double> doubles(static_cast<std::size_t>(h * w), NAN);
    const ppatch_array out = single ? ptychopatch::array(floats.data(), {h, w})
                                    : ptychopatch::array(doubles.data(), {h, w});
    ptychopatch::check(ppatch_image_luminance(context.get(), &image,
                                              usual ? nullptr : weights.data(), white, &out));
    for (std::int64_t k = 0; k < h * w; ++k) {
      std::vector<double> pixel;
      for (std::int64_t c = 0; c < channels; ++c) {
        pixel.push_back(static_cast<double>(at(k / w, k % w, c)));
      }
      const auto place = static_cast<std::size_t>(k);
      const double found = single ? static_cast<double>(floats[place]) : doubles[place];
      const double expected = luminance(pixel, weights, white);
      ASSERT_NEAR(found, expected, single ? 2e-5 : 1e-12) << i << ' ' << k;
      // What was clipped is clipped at the same white level.
      if (expected == white && white != 0.0) {
        ASSERT_GE(found, white);
      }
    }
  }
}

TEST(LuminanceArguments, AreChecked) {
  struct Call {
    std::vector<double> pixels = std::vector<double>(4 * 5 * 3, 1.0), out = std::vector<double>(20);
    std::vector<double> weights = {1, 2, 3};
    ppatch_array image = ptychopatch::array(pixels.data(), {4, 5, 3});
    ppatch_array to = ptychopatch::array(out.data(), {4, 5});
    const double* given = weights.data();
    double white = 0.0;
  };
  const ptychopatch::Context context = scene_context();
  const std::pair<const char*, std::function<void(Call&)>> cases[] = {
      {"image", [](Call& c) { c.image.ndim = 2; }},
      {"image", [](Call& c) { c.image.shape[2] = 0; }},
      {"image", [](Call& c) { c.image.shape[2] = 17, c.image.strides[2] = 0; }},
      {"image.dtype", [](Call& c) { c.image.dtype = PPATCH_C64; }},
      {"weights", [](Call& c) { c.given = nullptr, c.image.shape[2] = 2; }},
      {"weights[1]", [](Call& c) { c.weights[1] = -1e-9; }},
      {"weights[2]", [](Call& c) { c.weights[2] = NAN; }},
      {"weights[0]", [](Call& c) { c.weights[0] = INFINITY; }},
      {"weights",
       [](Call& c) {
         c.weights = {0, 0, 0}, c.given = c.weights.data();
       }},
      {"weights",
       [](Call& c) {
         c.weights = {1e308, 1e308, 0}, c.given = c.weights.data();
       }},
      {"weights",
       [](Call& c) {
         c.given =
             reinterpret_cast<const double*>(reinterpret_cast<const char*>(c.weights.data()) + 1);
       }},
      {"white", [](Call& c) { c.white = NAN; }},
      {"out", [](Call& c) { c.to.shape[1] = 4; }},
      {"out", [](Call& c) { c.to.ndim = 1; }},
      {"out.dtype", [](Call& c) { c.to.dtype = PPATCH_U16; }},
      {"out", [](Call& c) { c.to.strides[0] = 0; }},
      {"out", [](Call& c) { c.to.data = c.pixels.data(); }}};
  for (const auto& [word, spoil] : cases) {
    Call call;
    call.out.assign(20, 7.0);
    spoil(call);
    EXPECT_EQ(ppatch_image_luminance(context.get(), &call.image, call.given, call.white, &call.to),
              PPATCH_ERROR_INVALID_ARGUMENT)
        << word;
    EXPECT_NE(std::string(ppatch_last_error()).find(word), std::string::npos)
        << word << ": " << ppatch_last_error();
    EXPECT_EQ(call.out, std::vector<double>(20, 7.0));
  }
  Call call;
  EXPECT_EQ(ppatch_image_luminance(nullptr, &call.image, nullptr, 0, &call.to),
            PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(ppatch_image_luminance(context.get(), nullptr, nullptr, 0, &call.to),
            PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(ppatch_image_luminance(context.get(), &call.image, nullptr, 0, nullptr),
            PPATCH_ERROR_INVALID_ARGUMENT);
  // Nothing to do is no error.
  call.image.shape[0] = call.to.shape[0] = 0;
  EXPECT_EQ(ppatch_image_luminance(context.get(), &call.image, nullptr, 0, &call.to), PPATCH_OK);
}

// Channels with their own noise, one of them nearly noise alone: weighted by their variance they
// tell the shift better than evenly.
TEST(LuminanceOfAScene, IsRegistered) {
  constexpr std::int64_t size = 128;
  Random random = test_random("LuminanceOfASceneIsRegistered");
  SCOPED_TRACE(seed_note());
  std::normal_distribution<double> normal;
  const double sigma[3] = {0.05, 0.1, 3.0};
  double squares[2] = {};
  const ptychopatch::Context context = scene_context();
  for (int i = 0; i < case_count(8); ++i) {
    const double shift[2] = {1.3 + 0.1 * i, -2.6 + 0.2 * i};
    const FieldPair field = draw_field(random, size, -shift[0], -shift[1], false);
    std::vector<float> images[2];
    for (int k = 0; k < 2; ++k) {
      for (const float value : (k == 0 ? field.still : field.moved).pixels) {
        for (const double s : sigma) {
          images[k].push_back(value + static_cast<float>(s * normal(random)));
        }
      }
    }
    const double best[3] = {1 / (sigma[0] * sigma[0]), 1 / (sigma[1] * sigma[1]),
                            1 / (sigma[2] * sigma[2])};
    const double even[3] = {1, 1, 1};
    for (int way = 0; way < 2; ++way) {
      std::vector<float> planes[2];
      for (int k = 0; k < 2; ++k) {
        planes[k].assign(size * size, NAN);
        const ppatch_array from = ptychopatch::array(images[k].data(), {size, size, 3});
        const ppatch_array to = ptychopatch::array(planes[k].data(), {size, size});
        ptychopatch::check(
            ppatch_image_luminance(context.get(), &from, way == 0 ? best : even, 0, &to));
      }
      ptychopatch::ScenePlan plan(context, ptychopatch::scene_options(size, size));
      plan.borrow_reference(
          ppatch_scene_image_of(ptychopatch::array(planes[0].data(), {size, size})));
      const ppatch_shift found =
          plan.align(ppatch_scene_image_of(ptychopatch::array(planes[1].data(), {size, size})));
      if (way == 0) {
        ASSERT_EQ(found.status, PPATCH_SHIFT_STATUS_OK);
        EXPECT_NEAR(found.shift[0], shift[0], 0.05);
        EXPECT_NEAR(found.shift[1], shift[1], 0.05);
      }
      squares[way] +=
          std::pow(found.shift[0] - shift[0], 2) + std::pow(found.shift[1] - shift[1], 2);
    }
  }
  EXPECT_LT(squares[0], squares[1]);
}

}  // namespace
