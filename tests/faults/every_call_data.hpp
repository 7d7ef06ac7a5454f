// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <complex>
#include <numeric>
#include <random>
#include <stdexcept>

#include "faults/every_call.hpp"

// What the calls work on. Sizes are heights and widths.
constexpr std::int64_t image_size = 40, patch_count = 24, patch_size = 8, mode_count = 2;
constexpr std::int64_t point_count = 120, neighbour_count = 7, group_size = 4;
constexpr std::int64_t scene_size = 96, image_count = 2, tile_count = 25;

inline void require(ppatch_status status) {
  if (status != PPATCH_OK) throw std::runtime_error(ppatch_last_error());
}

struct EveryCall::Data {
  using Complex = std::complex<double>;

  explicit Data(std::uint64_t seed) : random(seed) {
    std::uniform_real_distribution<double> unit(-1.0, 1.0);
    for (std::vector<Complex>* values : {&image, &patches, &probe, &waves}) {
      for (Complex& value : *values) value = {unit(random), unit(random)};
    }
    for (double& value : where) value = 16.0 + 15.0 * unit(random);
    for (std::size_t i = 0; i < where.size(); ++i) {
      integer[i] = static_cast<std::int32_t>(std::floor(where[i]));
      fraction[i] = where[i] - std::floor(where[i]);
    }
    for (double& value : points) value = 100.0 * unit(random);
    std::iota(queries.begin(), queries.end(), 0);
    make_images(unit);
  }

  // A picture with structure at every scale, and the same moved by (3, 2) pixels.
  void make_images(std::uniform_real_distribution<double>& unit) {
    std::vector<double> picture(still.size());
    for (int scale : {1, 3, 9}) {
      for (std::int64_t y = 0; y < scene_size; y += scale) {
        for (std::int64_t x = 0; x < scene_size; x += scale) {
          const double value = unit(random) * scale;
          for (std::int64_t v = y; v < std::min(scene_size, y + scale); ++v) {
            for (std::int64_t u = x; u < std::min(scene_size, x + scale); ++u) {
              picture[static_cast<std::size_t>(v * scene_size + u)] += value;
            }
          }
        }
      }
    }
    for (std::int64_t y = 0; y < scene_size; ++y) {
      for (std::int64_t x = 0; x < scene_size; ++x) {
        const auto at = static_cast<std::size_t>(y * scene_size + x);
        const auto from =
            static_cast<std::size_t>((y + 3) % scene_size * scene_size + (x + 2) % scene_size);
        still[at] = static_cast<std::uint16_t>(2000.0 + 60.0 * picture[at]);
        moved[at] = static_cast<std::uint16_t>(2000.0 + 60.0 * picture[from] + 20.0 * unit(random));
        anchor[at] = 0.25F + 0.01F * static_cast<float>(picture[at]);
        target[at] = 0.5F + 0.02F * static_cast<float>(picture[at] + unit(random));
      }
    }
  }

  template <class T>
  static ppatch_array array(std::vector<T>& values, std::vector<std::int64_t> shape) {
    return ptychopatch::array(values.data(), shape);
  }

  std::mt19937_64 random;
  std::vector<Complex> image = std::vector<Complex>(image_size * image_size);
  std::vector<Complex> patches = std::vector<Complex>(patch_count * patch_size * patch_size);
  std::vector<Complex> probe = std::vector<Complex>(mode_count * patch_size * patch_size);
  std::vector<Complex> waves =
      std::vector<Complex>(patch_count * mode_count * patch_size * patch_size);
  std::vector<double> where = std::vector<double>(2 * patch_count), fraction = where;
  std::vector<std::int32_t> integer = std::vector<std::int32_t>(2 * patch_count);
  std::vector<std::int64_t> image_index = std::vector<std::int64_t>(patch_count);
  std::vector<double> points = std::vector<double>(2 * point_count);
  std::vector<std::int64_t> queries = std::vector<std::int64_t>(point_count / 2);
  std::vector<std::int64_t> members = std::vector<std::int64_t>(point_count * group_size);
  std::vector<std::uint16_t> still = std::vector<std::uint16_t>(scene_size * scene_size),
                             moved = still;
  std::vector<float> anchor = std::vector<float>(scene_size * scene_size), target = anchor;
  ppatch_cfa cfa = ptychopatch::cfa("RGGB");
  ppatch_patch_options patch_options = PPATCH_PATCH_OPTIONS_INIT;
  ppatch_group_options group_options = PPATCH_GROUP_OPTIONS_INIT;
  ppatch_scene_options scene_options = PPATCH_SCENE_OPTIONS_INIT;
  ppatch_patch_options shifted_options = PPATCH_PATCH_OPTIONS_INIT;
  ppatch_patch_plan* patch_plan = nullptr;
  ppatch_patch_plan* shifted_plan = nullptr;
  ppatch_group_plan* group_plan = nullptr;
  ppatch_scene_plan* scene_plan = nullptr;
  ppatch_scene_plan* motion_plan = nullptr;

  // Outputs.
  std::vector<Complex> to_patches = patches, to_waves = waves, to_probe = probe;
  std::vector<Complex> to_image = image, to_object = image, to_sum = image;
  std::vector<Complex> to_solution = image;
  std::vector<double> coverage = std::vector<double>(image_size * image_size), cover = coverage;
  std::vector<double> covered = coverage;
  std::vector<double> gradient = where, positions = where, slope = where, shifted_slope = where;
  std::vector<double> residual = where;
  std::vector<double> matrix = std::vector<double>(3 * patch_count), shifted_matrix = matrix;
  std::vector<Complex> shifted_waves = waves, shifted_image = image, shifted_probe = probe;
  std::vector<double> shifted_covered = coverage;
  std::vector<std::int64_t> indices = std::vector<std::int64_t>(point_count / 2 * neighbour_count);
  std::vector<double> squares = std::vector<double>(point_count / 2 * neighbour_count);
  std::vector<std::int64_t> drawn = members;
  std::vector<double> offsets = std::vector<double>(2 * point_count);
  std::vector<ppatch_shift> shifts = std::vector<ppatch_shift>(image_count);
  std::vector<float> shifted = anchor, warped = anchor, normal = anchor;
  std::vector<float> luminance = std::vector<float>(scene_size * scene_size / 4);
  std::vector<float> binned = std::vector<float>(3 * scene_size * scene_size / 4);
  std::vector<std::uint8_t> mask = std::vector<std::uint8_t>(scene_size * scene_size);
  std::vector<double> numbers = std::vector<double>(3);
  std::vector<ppatch_shift> of_motions = shifts;
  std::vector<ppatch_scene_motion> motions = std::vector<ppatch_scene_motion>(image_count);
  std::vector<ppatch_tile_shift> tiles = std::vector<ppatch_tile_shift>(image_count * tile_count);
  std::vector<ppatch_pair_measures> measures = std::vector<ppatch_pair_measures>(1);
  std::vector<std::uint8_t> measured = std::vector<std::uint8_t>(scene_size * scene_size / 4);

  template <class Visit>
  void each_output(const Visit& visit) {
    visit(to_patches), visit(to_waves), visit(to_probe), visit(to_image), visit(to_object);
    visit(to_solution);
    visit(to_sum), visit(coverage), visit(cover), visit(covered);
    visit(slope), visit(matrix), visit(shifted_slope), visit(shifted_matrix);
    visit(shifted_waves), visit(shifted_image), visit(shifted_probe), visit(shifted_covered);
    visit(gradient), visit(positions), visit(residual), visit(indices), visit(squares),
        visit(drawn);
    visit(offsets), visit(shifts), visit(shifted), visit(warped), visit(luminance);
    visit(normal), visit(binned);
    visit(mask), visit(numbers), visit(of_motions), visit(motions), visit(tiles);
    visit(measures), visit(measured);
  }
};
