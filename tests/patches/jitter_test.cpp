// SPDX-License-Identifier: Apache-2.0
//
// Jitter by its statistics. Bounds are six standard deviations or as rare: a run in 10^8 fails by
// chance.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "patches/support/check.hpp"
#include "patches/support/job.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using ptychopatch::array;
using ptychopatch::PatchPlan;

constexpr std::int64_t draw_count = 20000;

ppatch_patch_options jittered(double sigma, std::uint64_t seed) {
  ppatch_patch_options options = ptychopatch::patch_options(1, 1);
  options.jitter_sigma = sigma;
  options.jitter_seed = seed;
  return options;
}

// The moves of `count` positions at the origin, (count, 2).
std::vector<double> moves(const ppatch_patch_options& options, std::int64_t count,
                          int threads = 2) {
  const std::vector<double> origin(2 * count, 0);
  const PatchPlan plan(shared_context(threads), array(origin.data(), {count, 2}), options);
  std::vector<double> out(2 * count, std::numeric_limits<double>::quiet_NaN());
  plan.positions(array(out.data(), {count, 2}));
  return out;
}

std::uint64_t fresh_seed(const char* test) { return test_random(test)(); }

TEST(Jitter, IsNormalWithTheGivenSigma) {
  const double sigma = 0.7;
  std::vector<double> z = moves(jittered(sigma, fresh_seed("normal")), draw_count);
  const double n = static_cast<double>(z.size());
  double mean = 0;
  double square = 0;
  for (double& v : z) {
    v /= sigma;
    mean += v / n;
    square += v * v / n;
  }
  EXPECT_LT(std::fabs(mean), 6 / std::sqrt(n)) << seed_note();
  EXPECT_LT(std::fabs(square - 1), 6 * std::sqrt(2 / n)) << seed_note();
  std::sort(z.begin(), z.end());
  double distance = 0;  // Kolmogorov and Smirnov's
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double below = 0.5 * std::erfc(-z[i] / std::numbers::sqrt2);
    distance = std::max({distance, std::fabs(below - static_cast<double>(i) / n),
                         std::fabs(below - static_cast<double>(i + 1) / n)});
  }
  EXPECT_LT(distance * std::sqrt(n), 3.1) << seed_note();
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double out = 0;
  for (std::size_t i = 0; i < a.size(); ++i) out += a[i] * b[i];
  return out / static_cast<double>(a.size());
}

TEST(Jitter, IsIndependentBetweenAxesPositionsAndSeeds) {
  const std::uint64_t seed = fresh_seed("independent");
  const std::vector<double> z = moves(jittered(1, seed), draw_count);
  const std::vector<double> other = moves(jittered(1, seed + 1), draw_count);
  std::vector<double> y;
  std::vector<double> x;
  for (std::size_t i = 0; i < z.size(); i += 2) {
    y.push_back(z[i]);
    x.push_back(z[i + 1]);
  }
  const double bound = 6 / std::sqrt(static_cast<double>(draw_count));
  EXPECT_LT(std::fabs(correlation(y, x)), bound) << seed_note();
  EXPECT_LT(std::fabs(correlation(z, other)), bound) << seed_note();
  for (std::size_t lag : {1U, 2U, 64U}) {
    const std::vector<double> later(y.begin() + lag, y.end());
    EXPECT_LT(std::fabs(correlation({y.begin(), y.end() - lag}, later)), bound) << seed_note();
  }
}

TEST(Jitter, DependsOnSeedAndIndexAlone) {
  const std::uint64_t seed = fresh_seed("alone");
  const ppatch_patch_options options = jittered(0.3, seed);
  const std::vector<double> many = moves(options, 1000, 1);
  EXPECT_EQ(moves(options, 1000, 3), many);
  const std::vector<double> few = moves(options, 37);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
  ppatch_patch_options changed = options;
  changed.algorithm = PPATCH_ALGORITHM_ITERATIVE;
  changed.interpolation = PPATCH_INTERPOLATION_LANCZOS3;
  changed.boundary = PPATCH_BOUNDARY_WRAP;
  changed.anchor = PPATCH_ANCHOR_CENTRE;
  changed.position_capacity = 5000;
  EXPECT_EQ(moves(changed, 1000), many);
}

TEST(Jitter, ScalesWithSigma) {
  const std::uint64_t seed = fresh_seed("scale");
  const std::vector<double> one = moves(jittered(1, seed), 100);
  const std::vector<double> four = moves(jittered(4, seed), 100);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(four[i], 4 * one[i], 1e-14) << i;
  const std::vector<double> none = moves(jittered(0, seed), 100);
  EXPECT_EQ(none, std::vector<double>(200, 0));
}

// A jittered plan extracts where get_positions says.
TEST(Jitter, IsWhatIsCut) {
  const auto calm = [](Case& c) {
    c.options.local_offsets = PPATCH_LOCAL_OFFSETS_AS_GIVEN;
    c.options.interpolation = PPATCH_INTERPOLATION_BICUBIC;
    c.far = false;
    c.dtype = PPATCH_C128;
    c.options.jitter_sigma = 0.8;
  };
  for_each_case(60, calm, [](const Case& c) {
    Job job(c);
    HostArray used(PPATCH_F64, {c.count, 2});
    job.plan().positions(used.view());
    Case moved = c;
    for (std::int64_t i = 0; i < used.size(); ++i) {
      moved.integer[i] = 0;
      moved.fraction[i] = used.get(i).real();
    }
    expect_close(job.canonical(job.extract(), 0), oracle::extract(moved.scan(), job.image_values()),
                 1, 1e-12, "jittered patch");
  });
}

}  // namespace
