// SPDX-License-Identifier: Apache-2.0
//
// Least-squares assembly: what it gives back, and what an iteration costs. One line a figure: name,
// value, limit, ok or MISS. Ends with 1 if anything is missed.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <complex>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "oracle/seed.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using ptychopatch::array;

constexpr std::int64_t patch = 128, side = 32, scan_count = side * side;
constexpr std::int64_t image_size = 540;  // of such a scan with steps of a tenth of a patch

bool all_met = true;

void report(const std::string& name, double value, double limit) {
  const bool met = value <= limit;  // a NaN is a miss
  std::printf("%-60s  %.3g  %.3g  %s\n", name.c_str(), value, limit, met ? "ok" : "MISS");
  std::fflush(stdout);
  all_met = all_met && met;
}

// A raster with jitter over a periodic image: fractions are generic, and every pixel is reached
// from all sides.
std::vector<double> scan(Random& random) {
  std::uniform_real_distribution<double> jitter(-2, 2);
  const double step = static_cast<double>(image_size) / static_cast<double>(side);
  std::vector<double> positions;
  for (std::int64_t k = 0; k < scan_count; ++k) {
    for (const std::int64_t place : {k / side, k % side}) {
      positions.push_back(step * static_cast<double>(place) + jitter(random));
    }
  }
  return positions;
}

template <class Body>
double seconds(Body&& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

template <class T>
void measure(const char* name, double limit) {
  Random random = test_random(std::string("solve goals ") + name);
  ptychopatch::Context context;
  const std::vector<double> positions = scan(random);
  auto settings = ptychopatch::patch_options(patch, patch);
  settings.boundary = PPATCH_BOUNDARY_WRAP;
  ptychopatch::PatchPlan plan(context, array(positions.data(), {scan_count, 2}), settings);
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<std::complex<T>> object(image_size * image_size), image(image_size * image_size);
  for (auto& value : object)
    value = {static_cast<T>(uniform(random)), static_cast<T>(uniform(random))};
  std::vector<std::complex<T>> patches(scan_count * patch * patch);
  std::vector<T> coverage(image_size * image_size);
  const auto from = array(object.data(), {image_size, image_size});
  const auto extracted = array(patches.data(), {scan_count, patch, patch});
  const auto to = array(image.data(), {image_size, image_size});
  const auto sums = array(coverage.data(), {image_size, image_size});
  plan.extract(from, extracted);

  auto options = ptychopatch::solve_options();
  options.max_iterations = 300;
  options.tolerance = 1e-15;
  const auto info = plan.solve(extracted, to, &sums, nullptr, options);
  double worst = 0;
  for (std::size_t i = 0; i < image.size(); ++i) {
    const double error = std::abs(std::complex<double>(image[i]) - std::complex<double>(object[i]));
    if (coverage[i] > T(0.5)) worst = std::max(worst, error);
  }
  std::printf("%s: %lld iterations, residual %.1e\n", name, static_cast<long long>(info.iterations),
              info.residual);
  report(std::string("noise given back by least squares, ") + name, worst, limit);

  // A scan with a rim, steps of a tenth of a patch: there the iterations go on.
  std::vector<double> inside = positions;
  for (double& place : inside) {
    place =
        3 + place * static_cast<double>(image_size - patch - 8) / static_cast<double>(image_size);
  }
  settings.boundary = PPATCH_BOUNDARY_ZERO;
  ptychopatch::PatchPlan rimmed(context, array(inside.data(), {scan_count, 2}), settings);
  rimmed.extract(from, extracted);
  options.tolerance = 1e-300;
  const auto iterate = [&](std::int32_t count) {
    options.max_iterations = count;
    ppatch_patch_solve_info made{};
    const double taken =
        seconds([&] { made = rimmed.solve(extracted, to, nullptr, nullptr, options); });
    if (made.iterations != count) {
      throw std::runtime_error("the iterations ended before their time");
    }
    return taken;
  };
  std::vector<double> extracts, long_runs, short_runs;
  for (int i = 0; i < 5; ++i) {
    extracts.push_back(seconds([&] {
      for (int n = 0; n < 10; ++n) plan.extract(from, extracted);
    }));
    long_runs.push_back(iterate(110));
    short_runs.push_back(iterate(10));
  }
  const auto least = [](const std::vector<double>& v) {
    return *std::min_element(v.begin(), v.end());
  };
  std::printf("%s: 10 extracts %.0f ms, 100 iterations %.0f ms, all before them %.0f ms\n", name,
              1e3 * least(extracts), 1e3 * (least(long_runs) - least(short_runs)),
              1e3 * least(short_runs));
  if (sizeof(T) == 4) {
    report(std::string("100 iterations over 10 extracts, 1024 x 128 x 128, ") + name,
           (least(long_runs) - least(short_runs)) / least(extracts), 1);
  }
}

}  // namespace

int main() {
  try {
    std::printf("%s\n", seed_note().c_str());
    measure<float>("c64", 1e-5);
    measure<double>("c128", 1e-10);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "solve_goals: %s\n", error.what());
    return 1;
  }
  return all_met ? 0 : 1;
}
