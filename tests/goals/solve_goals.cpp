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
#include <string>
#include <vector>

#include "oracle/seed.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using ptychopatch::array;

constexpr std::int64_t kPatch = 128, kSide = 32, kCount = kSide * kSide;
constexpr double kStep = 12.8;  // a tenth of a patch, as `simulate scan` has it
constexpr std::int64_t kImage = kPatch + static_cast<std::int64_t>(kStep * kSide) + 2;

bool all_met = true;

void report(const std::string& name, double value, double limit) {
  const bool met = value <= limit;  // a NaN is a miss
  std::printf("%-60s  %.3g  %.3g  %s\n", name.c_str(), value, limit, met ? "ok" : "MISS");
  std::fflush(stdout);
  all_met = all_met && met;
}

// A raster with jitter: fractions are generic.
std::vector<double> scan(Random& random) {
  std::uniform_real_distribution<double> jitter(-2, 2);
  std::vector<double> positions;
  for (std::int64_t k = 0; k < kCount; ++k) {
    for (const std::int64_t place : {k / kSide, k % kSide}) {
      positions.push_back(3 + kStep * static_cast<double>(place) + jitter(random));
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
  ptychopatch::PatchPlan plan(context, array(positions.data(), {kCount, 2}),
                              ptychopatch::patch_options(kPatch, kPatch));
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<std::complex<T>> object(kImage * kImage), image(kImage * kImage);
  for (auto& value : object)
    value = {static_cast<T>(uniform(random)), static_cast<T>(uniform(random))};
  std::vector<std::complex<T>> patches(kCount * kPatch * kPatch);
  std::vector<T> coverage(kImage * kImage);
  const auto from = array(object.data(), {kImage, kImage});
  const auto cut = array(patches.data(), {kCount, kPatch, kPatch});
  const auto to = array(image.data(), {kImage, kImage});
  const auto sums = array(coverage.data(), {kImage, kImage});
  plan.extract(from, cut);

  auto options = ptychopatch::solve_options();
  options.max_iterations = 3000;
  options.tolerance = 1e-15;
  const auto info = plan.solve(cut, to, &sums, nullptr, options);
  std::vector<T> sorted = coverage;
  std::nth_element(sorted.begin(), sorted.begin() + kImage * kImage / 2, sorted.end());
  const T half = sorted[kImage * kImage / 2] / 2;
  double worst = 0;
  double literal = 0;
  for (std::size_t i = 0; i < image.size(); ++i) {
    const double error = std::abs(std::complex<double>(image[i]) - std::complex<double>(object[i]));
    if (coverage[i] > half) worst = std::max(worst, error);
    if (coverage[i] > T(0.5)) literal = std::max(literal, error);
  }
  std::printf("%s: %lld iterations, residual %.1e, largest error where coverage > 0.5: %.1e\n",
              name, static_cast<long long>(info.iterations), info.residual, literal);
  report(std::string("noise back, coverage above half its median, ") + name, worst, limit);

  options.tolerance = 1e-300;
  std::vector<double> extracts, long_runs, short_runs;
  for (int i = 0; i < 5; ++i) {
    extracts.push_back(seconds([&] {
      for (int n = 0; n < 10; ++n) plan.extract(from, cut);
    }));
    options.max_iterations = 110;
    long_runs.push_back(seconds([&] { plan.solve(cut, to, nullptr, nullptr, options); }));
    options.max_iterations = 10;
    short_runs.push_back(seconds([&] { plan.solve(cut, to, nullptr, nullptr, options); }));
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
