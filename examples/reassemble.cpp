// SPDX-License-Identifier: Apache-2.0
//
// Extracts overlapping patches from an image in C++, puts them back, and says how far the result is
// from the image.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <vector>

#include "ptychopatch/ptychopatch.hpp"

namespace {

using Complex = std::complex<double>;
constexpr std::int64_t image_size = 96;
constexpr std::int64_t patch = 32;

std::vector<Complex> make_object() {
  std::vector<Complex> object(image_size * image_size);
  for (std::int64_t y = 0; y < image_size; ++y) {
    for (std::int64_t x = 0; x < image_size; ++x) {
      object[y * image_size + x] = std::polar(1.0, 0.002 * static_cast<double>(x * y));
    }
  }
  return object;
}

std::vector<float> make_raster(std::int64_t step) {
  std::vector<float> positions;
  for (std::int64_t y = 0; y + patch <= image_size; y += step) {
    for (std::int64_t x = 0; x + patch <= image_size; x += step) {
      positions.push_back(static_cast<float>(y));
      positions.push_back(static_cast<float>(x));
    }
  }
  return positions;
}

void run() {
  const std::vector<Complex> object = make_object();
  const std::vector<float> positions = make_raster(16);
  const auto count = static_cast<std::int64_t>(positions.size() / 2);
  std::vector<Complex> patches(count * patch * patch);
  std::vector<Complex> image(object.size());
  std::vector<double> coverage(object.size());

  const ptychopatch::Context context;
  ptychopatch::PatchPlan plan(context, ptychopatch::array(positions.data(), {count, 2}),
                              ptychopatch::patch_options(patch, patch));
  const auto patches_array = ptychopatch::array(patches.data(), {count, patch, patch});
  plan.extract(ptychopatch::array(object.data(), {image_size, image_size}), patches_array);
  plan.assemble(patches_array, ptychopatch::array(image.data(), {image_size, image_size}),
                ptychopatch::array(coverage.data(), {image_size, image_size}), 1e-12);
  context.synchronize();

  double worst = 0;
  double deepest = 0;
  for (std::size_t i = 0; i < object.size(); ++i) {
    worst = std::max(worst, std::abs(image[i] - object[i]));
    deepest = std::max(deepest, coverage[i]);
  }
  std::printf("%lld patches, up to %.0f deep, largest error %s\n", static_cast<long long>(count),
              deepest, worst < 1e-14 ? "below 1e-14" : "too large");
}

}  // namespace

int main() {
  try {
    run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
