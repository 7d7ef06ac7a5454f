// SPDX-License-Identifier: Apache-2.0
//
// Images of a scene as the device makes them, here on the host as a device: the CPU's bits, and
// close to their definition.
#include "oracle/registration/scene_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "cpu/loop_table.hpp"
#include "cpu/registration/conditioned_image.hpp"
#include "cpu/registration/decimator.hpp"
#include "cpu/registration/fixed_pattern.hpp"
#include "cpu/registration/pixel_sums.hpp"
#include "cpu/registration/row_reader.hpp"
#include "cuda/registration/image_loader.hpp"
#include "oracle/seed.hpp"
#include "registration/support/field.hpp"

namespace ppatch {

// So that a failure names what differs.
static void PrintTo(const SceneImageState& state, std::ostream* out) {
  *out << "status " << state.status << ", flags " << state.flags;
}
static bool operator==(const SceneImageState& a, const SceneImageState& b) {
  return a.status == b.status && a.flags == b.flags;
}

namespace {

using Planes = std::vector<std::vector<float>>;

struct Image {
  SceneImageState state{-1, 77};
  Planes planes;
};

CfaPattern mosaic_of(const std::string& letters) {
  CfaPattern mosaic;
  mosaic.period = letters.size() == 36 ? 6 : letters.size() == 4 ? 2 : 1;
  if (mosaic.period == 1) return mosaic;
  for (std::size_t i = 0; i < std::size(mosaic.colour); ++i) {
    const char letter = letters[i % letters.size()];
    mosaic.colour[i] = letter == 'R' ? 0 : letter == 'G' ? 1 : 2;
  }
  return mosaic;
}

// Pixels of any type and strides, with what is between them.
struct Pixels {
  DType dtype = DType::u16;
  std::int64_t height = 0, width = 0;
  std::int64_t stride_y = 0, stride_x = 1;
  std::vector<double> values;  // as stored
  std::vector<std::uint8_t> mask;
  std::vector<unsigned char> memory;

  std::int64_t element() const { return dtype == DType::u16 ? 2 : dtype == DType::f32 ? 4 : 8; }

  void store() {
    memory.assign(static_cast<std::size_t>((height * stride_y + width * stride_x) * element()),
                  0xa5);
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        double& value = values[static_cast<std::size_t>(y * width + x)];
        unsigned char* const to = memory.data() + (y * stride_y + x * stride_x) * element();
        if (dtype == DType::u16) {
          const auto whole = static_cast<std::uint16_t>(value);
          std::memcpy(to, &whole, sizeof whole);
          value = whole;
        } else if (dtype == DType::f32) {
          const auto single = static_cast<float>(value);
          std::memcpy(to, &single, sizeof single);
          value = static_cast<double>(single);
        } else {
          std::memcpy(to, &value, sizeof value);
        }
      }
    }
  }

  SceneImageView view() const {
    SceneImageView view;
    view.data = memory.data();
    view.dtype = dtype;
    view.height = height;
    view.width = width;
    view.stride_y = stride_y;
    view.stride_x = stride_x;
    if (!mask.empty()) {
      view.mask = mask.data();
      view.mask_stride_y = width;
      view.mask_stride_x = 1;
    }
    return view;
  }
};

// A smooth scene with noise, colours of their own levels, and some hot and dead pixels.
Pixels draw_pixels(Random& random, const CfaPattern& mosaic, DType dtype, std::int64_t height,
                   std::int64_t width) {
  Pixels pixels;
  pixels.dtype = dtype;
  pixels.height = height;
  pixels.width = pixels.stride_y = width;
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  const double wave[2] = {0.15 + 0.2 * uniform(random), 0.15 + 0.2 * uniform(random)};
  const double level[3] = {1500.0, 3000.0, 1000.0};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const double light =
          1.0 + 0.5 * std::sin(wave[0] * static_cast<double>(y) + wave[1] * static_cast<double>(x));
      double value = 64.0 + level[mosaic.at(y, x)] * light + 20.0 * normal(random);
      const double fate = uniform(random);
      if (fate < 0.002) value = 30000.0;
      if (fate > 0.998) value = 0.0;
      pixels.values.push_back(std::floor(std::max(0.0, value)));
    }
  }
  if (dtype != DType::u16) {
    for (double& value : pixels.values) value = value * 1e-3 + 0.1;
  }
  pixels.store();
  return pixels;
}

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
  Image on_cpu(const SceneImageView& view, const SceneSettings& s, bool replaces_clipped) {
    const SceneGeometry g(s, view.height, view.width);
    const CfaNeighbours neighbours(s.cfa);
    const SceneLoops& loops = level_.loops.scene;
    Image out;
    ConditionedImage image(view, g.height, g.width,
                           replaces_clipped ? Clipped::replaced : Clipped::kept);
    std::vector<double> sums(static_cast<std::size_t>(pixel_sums_doubles(g.height)));
    image.measure(neighbours, s.repairs(view.dtype), loops, arena_, sums.data());
    out.state = {image.conditioning().status, 0};
    if (out.state.status != scene_ok) return out;
    const bool looks = s.fixed_pattern && PatternLines::tell_of(g.height, g.width);
    const std::int64_t pattern_floats = looks ? FixedPattern::floats(g.height, g.width) : 0;
    Buffer<float> runs[2] = {Buffer<float>(allocator_, pattern_floats),
                             Buffer<float>(allocator_, pattern_floats)};
    FixedPattern pattern(g.height, g.width, loops, runs[0].data(), runs[1].data());
    const Boundary beyond = s.circular ? Boundary::wrap : Boundary::reflect;
    const DecimationFilter fine(g.step);
    const DecimationFilter coarse(2);
    const std::int64_t fft_size = 4 * std::max<std::int64_t>(2048, std::max(g.height, g.width));
    const std::int64_t floats = std::max(decimation_floats(fine, g.width, g.size[0][1]) +
                                             RowReader::floats(g.width, neighbours.reach) + 64,
                                         2 * fft_size * fft_.lanes * 8);
    Buffer<float> slots(allocator_, floats * arena_.num_threads());
    for (int level = 0; level < g.scales; ++level) {
      out.planes.emplace_back(static_cast<std::size_t>(g.size[level][0] * g.size[level][1]));
      const Plane to{out.planes.back().data(), g.size[level][0], g.size[level][1],
                     g.size[level][1]};
      if (level == 0) {
        decimate(
            fine, g.height, g.width, beyond, loops, arena_, slots.data(), floats,
            [&](std::int64_t first, std::int64_t end, float* memory) {
              return ObservedRows(RowReader(image, neighbours, loops, memory),
                                  looks ? &pattern : nullptr, first, end);
            },
            to);
        continue;
      }
      const std::int64_t* size = g.size[level - 1];
      const std::vector<float>& finer = out.planes[static_cast<std::size_t>(level - 1)];
      struct Rows {
        const std::vector<float>& plane;
        std::int64_t width;
        void read(std::int64_t y, float* row) const {
          std::copy_n(plane.begin() + y * width, width, row);
        }
      };
      decimate(
          coarse, size[0], size[1], beyond, loops, arena_, slots.data(), floats,
          [&](std::int64_t, std::int64_t, float*) {
            return Rows{finer, size[1]};
          },
          to);
    }
    if (!looks) return out;
    EstimateTools tools;
    tools.loops = &loops;
    tools.arena = &arena_;
    tools.fft_slots = {slots.data(), floats};
    const ExcludedLines lines = pattern.find(s.cfa.period, fft_, tools);
    if (lines.fx) out.state.flags |= PPATCH_SHIFT_FLAG_FIXED_ROWS;
    if (lines.fy) out.state.flags |= PPATCH_SHIFT_FLAG_FIXED_COLUMNS;
    return out;
  }

  // Into poisoned device memory.
  Image on_device(ImageLoader& loader, const SceneImageView& view, const SceneSettings& s,
                  bool replaces_clipped) {
    const SceneGeometry g(s, view.height, view.width);
    Image out;
    std::vector<DeviceBuffer<float>> memory;
    std::vector<ScenePlane> planes;
    for (int level = 0; level < g.scales; ++level) {
      memory.emplace_back(machine_.allocator, g.size[level][0] * g.size[level][1]);
      planes.push_back({memory.back().data(), g.size[level][0], g.size[level][1]});
    }
    const DeviceBuffer<SceneImageState> state(machine_.allocator, 1);
    loader.load(view, g, replaces_clipped, planes.data(), state.data(), stream_.get());
    device::copy_to_host(&out.state, state.data(), sizeof out.state, stream_.get());
    for (const auto& plane : memory) {
      out.planes.emplace_back(static_cast<std::size_t>(plane.size()));
      device::copy_to_host(out.planes.back().data(), plane.data(),
                           DeviceBuffer<float>::bytes_of(plane.size()), stream_.get());
    }
    device::synchronize(stream_.get());
    return out;
  }
  Image on_device(const SceneImageView& view, const SceneSettings& s, bool replaces_clipped) {
    ImageLoader loader(s, machine_);
    return on_device(loader, view, s, replaces_clipped);
  }

  void expect_same(const SceneImageView& view, const SceneSettings& s, bool replaces_clipped) {
    const Image expected = on_cpu(view, s, replaces_clipped);
    const Image found = on_device(view, s, replaces_clipped);
    expect_same(expected, found);
  }
  static void expect_same(const Image& expected, const Image& found) {
    EXPECT_EQ(found.state, expected.state);
    if (expected.state.status != scene_ok) return;
    ASSERT_EQ(found.planes.size(), expected.planes.size());
    for (std::size_t level = 0; level < found.planes.size(); ++level) {
      std::size_t other = 0;
      for (std::size_t i = 0; i < found.planes[level].size(); ++i) {
        if (found.planes[level][i] == expected.planes[level][i]) continue;
        if (other++ == 0) {
          ADD_FAILURE() << "level " << level << ", sample " << i << " of "
                        << found.planes[level].size() << ": " << found.planes[level][i]
                        << " and not " << expected.planes[level][i];
        }
      }
      EXPECT_EQ(other, 0U) << "samples of level " << level;
    }
  }

  SimdTarget level_ = choose_simd_target();
  FftProvider fft_ = fft_provider(level_.name);
  Arena arena_{2};
  Allocator allocator_;
  Callbacks callbacks_;
  Machine machine_{BackendSettings{0, 1, std::uint64_t{1} << 30, &allocator_, &callbacks_}};
  PlanStream stream_;
};

const std::string bayer = "GRBG";

std::vector<double> cropped(const Pixels& pixels, const SceneGeometry& g) {
  std::vector<double> out;
  for (std::int64_t y = 0; y < g.height; ++y) {
    const auto row = pixels.values.begin() + y * pixels.width;
    out.insert(out.end(), row, row + g.width);
  }
  return out;
}

TEST_F(SceneImages, AreTheCpusBitForBit) {
  SCOPED_TRACE(seed_note());
  const DType dtypes[] = {DType::u16, DType::f32, DType::f64};
  std::uniform_int_distribution<std::int64_t> side(4, 330);
  for (const std::string& letters : {std::string("G"), bayer, xtrans_letters}) {
    for (int i = 0; i < case_count(12); ++i) {
      const DType dtype = dtypes[i % 3];
      std::int64_t height = side(random_);
      std::int64_t width = side(random_);
      if (i % 4 == 1) height = 6 + height % 7;
      if (i % 4 == 2) width = 6 + width % 7;
      SceneSettings s = settings(letters, height, width);
      s.circular = i % 5 == 4;
      SCOPED_TRACE(testing::Message() << letters << ", " << height << " x " << width << ", dtype "
                                      << static_cast<int>(dtype) << ", case " << i);
      const SceneGeometry g(s, height, width);
      if (g.size[0][0] * g.size[0][1] < 16) continue;
      Pixels pixels = draw_pixels(random_, s.cfa, dtype, height, width);
      if (i % 3 == 2) {
        pixels.stride_x = 2;
        pixels.stride_y = 2 * width + 3;
      } else if (i % 2 == 1) {
        pixels.stride_y = (width + 15) / 8 * 8;
      }
      if (i % 6 == 3) {
        std::bernoulli_distribution kept(0.9);
        for (std::int64_t k = 0; k < height * width; ++k) {
          pixels.mask.push_back(kept(random_) ? 1 : 0);
        }
      }
      pixels.store();
      SceneImageView view = pixels.view();
      const double scale = dtype == DType::u16 ? 1.0 : 1e-3;
      for (double& black : view.black) black = 60.0 * scale;
      view.clips = i % 2 == 0;
      view.white = view.clips ? 3500.0 * scale : 0.0;
      expect_same(view, s, i % 3 != 1);
    }
  }
}

TEST_F(SceneImages, SmallOnesAreCloseToTheirDefinition) {
  SCOPED_TRACE(seed_note());
  std::uniform_int_distribution<std::int64_t> side(12, 60);
  int repaired = 0;
  for (const std::string& letters : {std::string("G"), bayer, xtrans_letters}) {
    for (int i = 0; i < case_count(4); ++i) {
      const SceneSettings s = settings(letters, side(random_), side(random_));
      const SceneGeometry g(s, s.height, s.width);
      SCOPED_TRACE(testing::Message() << letters << ", " << s.height << " x " << s.width);
      Pixels pixels = draw_pixels(random_, s.cfa, DType::u16, s.height, s.width);
      SceneImageView view = pixels.view();
      for (double& black : view.black) black = 60.0;
      view.clips = i % 2 == 1;
      view.white = view.clips ? 4000.0 : 0.0;
      const oracle::SceneImage expected =
          oracle::scene_image(letters.size() > 1 ? letters : std::string(),
                              {g.height, g.width, cropped(pixels, g)}, 60.0, view.white, g.step);
      repaired += expected.repaired;
      const Image found = on_device(view, s, true);
      ASSERT_EQ(found.state.status, scene_ok);
      ASSERT_EQ(found.planes[0].size(), expected.samples.size());
      for (std::size_t k = 0; k < expected.samples.size(); ++k) {
        // A float's rounding at the level of the largest pixels, a hundred times the mean.
        ASSERT_NEAR(found.planes[0][k], expected.samples[k], 2e-5) << k;
      }
    }
  }
  EXPECT_GT(repaired, 0);
}

TEST_F(SceneImages, LargeOnesHaveLevelsAndFlagsOfFixedPatterns) {
  SCOPED_TRACE(seed_note());
  for (const int pattern : {0, 1, 2, 3}) {
    const std::string letters = pattern == 2   ? std::string("G")
                                : pattern == 3 ? xtrans_letters
                                               : bayer;
    const std::int64_t height = 1030 + 6 * pattern;
    const std::int64_t width = pattern == 3 ? 1300 : 1150;
    const SceneSettings s = settings(letters, height, width);
    Pixels pixels = draw_pixels(random_, s.cfa, DType::u16, height, width);
    std::normal_distribution<double> normal(0.0, 60.0);
    std::vector<double> rows;
    std::vector<double> columns;
    for (std::int64_t i = 0; i < std::max(height, width); ++i) {
      rows.push_back((pattern & 1) != 0 ? normal(random_) : 0.0);
      columns.push_back((pattern & 2) != 0 ? normal(random_) : 0.0);
    }
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        double& value = pixels.values[static_cast<std::size_t>(y * width + x)];
        value = std::max(
            0.0, value + rows[static_cast<std::size_t>(y)] + columns[static_cast<std::size_t>(x)]);
      }
    }
    pixels.store();
    const SceneImageView view = pixels.view();
    const Image expected = on_cpu(view, s, true);
    EXPECT_EQ(
        expected.state.flags,
        static_cast<std::uint32_t>(((pattern & 1) != 0 ? PPATCH_SHIFT_FLAG_FIXED_ROWS : 0) |
                                   ((pattern & 2) != 0 ? PPATCH_SHIFT_FLAG_FIXED_COLUMNS : 0)));
    expect_same(expected, on_device(view, s, true));
  }
}

// Where the CPU begins to see a pattern, the device does.
TEST_F(SceneImages, PatternsOfOneStrengthAreFoundByBoth) {
  SCOPED_TRACE(seed_note());
  for (const bool in_rows : {true, false}) {
    SceneSettings s = settings(bayer, 1024 + 2 * 17, 1024 + 2 * 13);
    s.repair_floats = false;
    Pixels plain;
    plain.dtype = DType::f32;
    plain.height = s.height;
    plain.width = plain.stride_y = s.width;
    std::normal_distribution<double> normal;
    for (std::int64_t i = 0; i < s.height * s.width; ++i) plain.values.push_back(normal(random_));
    std::vector<double> offsets;
    for (std::int64_t i = 0; i < s.height + s.width; ++i) offsets.push_back(normal(random_));
    const auto with_pattern = [&](double strength) {
      Pixels pixels = plain;
      for (std::int64_t y = 0; y < s.height; ++y) {
        for (std::int64_t x = 0; x < s.width; ++x) {
          pixels.values[static_cast<std::size_t>(y * s.width + x)] +=
              100.0 + strength * offsets[static_cast<std::size_t>(in_rows ? y : x)];
        }
      }
      pixels.store();
      return pixels;
    };
    const std::uint32_t flag =
        in_rows ? PPATCH_SHIFT_FLAG_FIXED_ROWS : PPATCH_SHIFT_FLAG_FIXED_COLUMNS;
    double unseen = 0.0;
    double seen = 0.3;
    while (seen - unseen > 0.005 * seen) {
      const double strength = 0.5 * (seen + unseen);
      const Pixels pixels = with_pattern(strength);
      const bool is_seen = (on_cpu(pixels.view(), s, true).state.flags & flag) != 0;
      (is_seen ? seen : unseen) = strength;
    }
    EXPECT_GT(unseen, 0.0);
    EXPECT_EQ(on_device(with_pattern(unseen).view(), s, true).state.flags, 0U);
    EXPECT_EQ(on_device(with_pattern(seen).view(), s, true).state.flags, flag);
  }
}

// Sums over some rows are enough, unless what they say is suspicious.
TEST_F(SceneImages, LevelsComeFromTheCpusRows) {
  SCOPED_TRACE(seed_note());
  const SceneSettings s = settings(bayer, 2048, 2200);
  Pixels pixels = draw_pixels(random_, s.cfa, DType::u16, s.height, s.width);
  expect_same(pixels.view(), s, false);
  // Dark but for rows that are not looked at first.
  for (std::int64_t y = 0; y < s.height; ++y) {
    for (std::int64_t x = 0; x < s.width && y % 4 < 2; ++x) {
      pixels.values[static_cast<std::size_t>(y * s.width + x)] = 64.0;
    }
  }
  pixels.store();
  expect_same(pixels.view(), s, false);
}

TEST_F(SceneImages, StatusesAreTheCpus) {
  SCOPED_TRACE(seed_note());
  const SceneSettings s = settings(bayer, 64, 70);
  const auto expect_status = [&](const SceneImageView& view, std::int32_t status) {
    EXPECT_EQ(on_cpu(view, s, true).state.status, status);
    EXPECT_EQ(on_device(view, s, true).state.status, status);
    EXPECT_EQ(on_device(view, s, true).state.flags, 0U);
  };
  Pixels pixels = draw_pixels(random_, s.cfa, DType::u16, s.height, s.width);
  SceneImageView view = pixels.view();
  expect_status(view, scene_ok);
  view.clips = true;
  view.white = 65.0;
  expect_status(view, scene_saturated);
  pixels.mask.assign(pixels.values.size(), 0);
  expect_status(pixels.view(), scene_flat);
  for (std::size_t i = 0; i < 6; ++i) pixels.mask[i] = 1;
  expect_status(pixels.view(), scene_ok);
  pixels.mask.clear();
  for (double& value : pixels.values) value = 1000.0;
  pixels.store();
  expect_status(pixels.view(), scene_flat);
  for (const DType dtype : {DType::f32, DType::f64}) {
    Pixels floats = draw_pixels(random_, s.cfa, dtype, s.height, s.width);
    expect_status(floats.view(), scene_ok);
    for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
      const Pixels before = floats;
      std::uniform_int_distribution<std::size_t> any(0, floats.values.size() - 1);
      floats.values[any(random_)] = bad;
      floats.store();
      expect_status(floats.view(), scene_not_finite);
      floats = before;
    }
    for (double& value : floats.values) value = 0.1;
    floats.store();
    expect_status(floats.view(), scene_flat);
  }
}

// One loader, images of all types and places one after another, and read where they are on the
// device.
TEST_F(SceneImages, ALoaderServesImageAfterImage) {
  SCOPED_TRACE(seed_note());
  const SceneSettings s = settings(bayer, 150, 160);
  ImageLoader loader(s, machine_);
  std::uniform_int_distribution<int> any(0, 2);
  for (int i = 0; i < case_count(20); ++i) {
    const DType dtypes[] = {DType::u16, DType::f32, DType::f64};
    Pixels pixels =
        draw_pixels(random_, s.cfa, dtypes[any(random_)], 150 - 7 * (i % 3), 160 - 5 * (i % 4));
    pixels.stride_y += i % 2;
    pixels.store();
    SceneImageView view = pixels.view();
    const Image expected = on_cpu(view, s, i % 2 == 0);
    DeviceBuffer<unsigned char> copy;
    PinnedBuffer pinned;
    const int place = any(random_);
    if (place == 1) {
      pinned = PinnedBuffer(pixels.memory.size());
      std::copy(pixels.memory.begin(), pixels.memory.end(), pinned.data());
      view.data = pinned.data();
    } else if (place == 0) {
      copy = DeviceBuffer<unsigned char>(machine_.allocator,
                                         static_cast<std::int64_t>(pixels.memory.size()));
      device::copy_to_device(copy.data(), pixels.memory.data(), pixels.memory.size(),
                             stream_.get());
      view.data = copy.data();
    }
    expect_same(expected, on_device(loader, view, s, i % 2 == 0));
  }
}

std::uint64_t counted_bytes = 0;
void* count_bytes(void*, std::uint64_t bytes, std::uint64_t) {
  counted_bytes += bytes;
  return std::malloc(bytes);
}
void give_back(void*, void* memory, std::uint64_t) { std::free(memory); }

TEST_F(SceneImages, ALoaderTakesTheMemoryThatItSays) {
  const Allocator allocator(&count_bytes, &give_back, nullptr);
  const Machine machine(BackendSettings{0, 1, std::uint64_t{1} << 30, &allocator, &callbacks_});
  for (const auto& [height, width] :
       {std::pair<std::int64_t, std::int64_t>{17, 9}, {1023, 4000}, {1024, 1031}}) {
    for (const std::string& letters : {std::string("G"), bayer, xtrans_letters}) {
      const SceneSettings s = settings(letters, height, width);
      counted_bytes = 0;
      const ImageLoader loader(s, machine);
      EXPECT_EQ(counted_bytes, ImageLoader::scratch_bytes(s)) << height << " x " << width;
    }
  }
}

}  // namespace
}  // namespace ppatch
