// SPDX-License-Identifier: Apache-2.0
#include "scene_images.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu/registration/conditioned_image.hpp"
#include "cpu/registration/decimator.hpp"
#include "cpu/registration/fixed_pattern.hpp"
#include "cpu/registration/pixel_sums.hpp"
#include "cpu/registration/row_reader.hpp"

namespace ppatch {

// So that a failure names what differs.
static void PrintTo(const SceneImageState& state, std::ostream* out) {
  *out << "status " << state.status << ", flags " << state.flags;
}
static bool operator==(const SceneImageState& a, const SceneImageState& b) {
  return a.status == b.status && a.flags == b.flags;
}

void Pixels::store() {
  memory.assign(static_cast<std::size_t>((height * stride_y + width * stride_x) * element()), 0xa5);
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

SceneImageView Pixels::view() const {
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

Image SceneImages::on_cpu(const SceneImageView& view, const SceneSettings& s,
                          bool replaces_clipped) {
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
    const Plane to{out.planes.back().data(), g.size[level][0], g.size[level][1], g.size[level][1]};
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

Image SceneImages::on_device(ImageLoader& loader, const SceneImageView& view,
                             const SceneSettings& s, bool replaces_clipped) {
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

void SceneImages::expect_same(const Image& expected, const Image& found) {
  EXPECT_EQ(found.state, expected.state);
  if (expected.state.status != scene_ok) return;
  ASSERT_EQ(found.planes.size(), expected.planes.size());
  for (std::size_t level = 0; level < found.planes.size(); ++level) {
    std::size_t other = 0;
    for (std::size_t i = 0; i < found.planes[level].size(); ++i) {
      if (found.planes[level][i] == expected.planes[level][i]) continue;
      if (other++ == 0) {
        ADD_FAILURE() << "level " << level << ", sample " << i << " of "
                      << found.planes[level].size() << ": " << found.planes[level][i] << " and not "
                      << expected.planes[level][i];
      }
    }
    EXPECT_EQ(other, 0U) << "samples of level " << level;
  }
}

}  // namespace ppatch
