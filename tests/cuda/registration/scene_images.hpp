// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "cpu/fft/plane_fft.hpp"
#include "cpu/loop_table.hpp"
#include "cpu/threads/arena.hpp"
#include "cuda/registration/image_loader.hpp"
#include "oracle/registration/registration.hpp"
#include "oracle/seed.hpp"
#include "registration/support/field.hpp"

// Images of a scene as the device makes them, here on the host as a device, beside the CPU's.
namespace ppatch {

using Planes = std::vector<std::vector<float>>;

struct Image {
  SceneImageState state{-1, 77};
  Planes planes;
};

inline CfaPattern mosaic_of(const std::string& letters) {
  CfaPattern mosaic;
  mosaic.period = static_cast<int>(oracle::period_of(letters));
  if (mosaic.period == 1) return mosaic;
  for (std::size_t i = 0; i < std::size(mosaic.colour); ++i) {
    const char letter = letters[i % letters.size()];
    mosaic.colour[i] = letter == 'R' ? 0 : letter == 'G' ? 1 : 2;
  }
  return mosaic;
}

inline const std::string bayer = "GRBG";

// Pixels of any type and strides, with what is between them.
struct Pixels {
  DType dtype = DType::u16;
  std::int64_t height = 0, width = 0;
  std::int64_t stride_y = 0, stride_x = 1;
  std::vector<double> values;  // as stored
  std::vector<std::uint8_t> mask;
  std::vector<unsigned char> memory;

  std::int64_t element() const { return dtype == DType::u16 ? 2 : dtype == DType::f32 ? 4 : 8; }

  void store();
  SceneImageView view() const;
};

// A smooth scene with noise, colours of their own levels, and some hot and dead pixels.
Pixels draw_pixels(Random& random, const CfaPattern& mosaic, DType dtype, std::int64_t height,
                   std::int64_t width);

class SceneImages : public testing::Test {
 protected:
  Random random_ = test_random(testing::UnitTest::GetInstance()->current_test_info()->name());

  SceneSettings settings(const std::string& letters, std::int64_t height, std::int64_t width) {
    SceneSettings settings;
    settings.height = height;
    settings.width = width;
    settings.cfa = mosaic_of(letters);
    settings.repair_floats = true;
    return settings;
  }

  // By the CPU, as its engine does it.
  Image on_cpu(const SceneImageView& view, const SceneSettings& s, bool replaces_clipped);

  // Into poisoned device memory.
  Image on_device(ImageLoader& loader, const SceneImageView& view, const SceneSettings& s,
                  bool replaces_clipped);
  Image on_device(const SceneImageView& view, const SceneSettings& s, bool replaces_clipped) {
    ImageLoader loader(s, machine_);
    return on_device(loader, view, s, replaces_clipped);
  }

  void expect_same(const SceneImageView& view, const SceneSettings& s, bool replaces_clipped) {
    const Image expected = on_cpu(view, s, replaces_clipped);
    const Image found = on_device(view, s, replaces_clipped);
    expect_same(expected, found);
  }
  static void expect_same(const Image& expected, const Image& found);

  SimdTarget level_ = choose_simd_target();
  FftProvider fft_ = fft_provider(level_.name);
  Arena arena_{2};
  Allocator allocator_;
  Callbacks callbacks_;
  Machine machine_{BackendSettings{0, 1, std::uint64_t{1} << 30, &allocator_, &callbacks_}};
  PlanStream stream_;
};

}  // namespace ppatch
