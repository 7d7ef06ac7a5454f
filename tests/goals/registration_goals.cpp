// SPDX-License-Identifier: Apache-2.0
//
// Measures how accurate shifts are on scenes with a known truth and prints one line a figure: name,
// value, limits, ok or MISS. Ends with 1 if anything is missed.
//
// usage: registration_goals [TRIALS_FIELDS TRIALS_MOSAICS]
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "oracle/seed.hpp"
#include "ptychopatch/ptychopatch.hpp"
#include "support/field.hpp"

namespace {

bool all_met = true;

void report(const std::string& name, double value, double least, double most) {
  const bool met = value >= least && value <= most;  // a NaN is a miss
  if (least > 0.0) {
    std::printf("%-56s  %.4g  %.3g..%.3g  %s\n", name.c_str(), value, least, most,
                met ? "ok" : "MISS");
  } else {
    std::printf("%-56s  %.4g  %.3g  %s\n", name.c_str(), value, most, met ? "ok" : "MISS");
  }
  std::fflush(stdout);
  all_met = all_met && met;
}

// Errors of both axes pooled over trials.
struct Pool {
  double squares = 0.0, bounds = 0.0, standardised = 0.0;
  int count = 0;

  void add(const ppatch_shift& found, const std::array<double, 2>& truth,
           const std::array<double, 2>& bound) {
    const double sigma[2] = {found.covariance[0], found.covariance[2]};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      // The moved picture is registered by moving it back.
      const double error =
          found.status == PPATCH_SHIFT_STATUS_OK ? found.shift[axis] + truth[axis] : NAN;
      squares += error * error;
      bounds += bound[axis];
      standardised += error * error / sigma[axis];
      ++count;
    }
  }
  double rmse() const { return std::sqrt(squares / count); }
  double ratio() const { return std::sqrt(squares / bounds); }
  double calibration() const { return std::sqrt(standardised / count); }
};

ppatch_scene_image image_of(const Picture& picture) {
  return ppatch_scene_image_of(
      ptychopatch::array(picture.pixels.data(), {picture.height, picture.width}));
}

std::array<double, 2> draw_shift(Random& random, double most) {
  std::uniform_real_distribution<double> uniform(-most, most);
  return {uniform(random), uniform(random)};
}

void report_fields(const ptychopatch::Context& context, int trials) {
  constexpr std::int64_t size = 512;
  ptychopatch::ScenePlan plan(context, ptychopatch::scene_options(size, size));
  for (const double moving_sigma : {0.2, 1.0}) {
    for (const double most : {3.0, 40.0}) {
      constexpr double still_sigma = 0.05;
      const std::string name = "sigma (0.05, " + std::string(moving_sigma < 0.5 ? "0.2" : "1.0") +
                               "), to " + std::to_string(static_cast<int>(most)) + " px";
      Random random = test_random("registration goals " + name);
      Pool pool;
      for (int t = 0; t < trials; ++t) {
        const auto d = draw_shift(random, most);
        FieldPair pair = draw_field(random, size, d[0], d[1], true);
        add_noise(pair.still, still_sigma, random);
        add_noise(pair.moved, moving_sigma, random);
        // Information of the overlap alone.
        const double share = (1.0 - std::abs(d[0]) / size) * (1.0 - std::abs(d[1]) / size);
        const double noise = still_sigma * still_sigma + moving_sigma * moving_sigma;
        const auto& g = pair.gradient;
        const double scale = noise / share / (g[0] * g[2] - g[1] * g[1]);
        plan.borrow_reference(image_of(pair.still));
        pool.add(plan.align(image_of(pair.moved)), d, {g[2] * scale, g[0] * scale});
      }
      report("ratio to the Cramer-Rao bound, " + name, pool.ratio(), 0.0, 1.25);
      report("|error| / sigma, " + name, pool.calibration(), 0.8, 1.25);
    }
  }
}

void report_mosaics(const ptychopatch::Context& context, int trials) {
  constexpr std::int64_t size = 768;
  for (const bool xtrans : {false, true}) {
    const std::string letters = xtrans ? xtrans_letters : "RGGB";
    ptychopatch::ScenePlan plan(context,
                                ptychopatch::scene_options(size, size, ptychopatch::cfa(letters)));
    for (const bool noisy : {false, true}) {
      const std::string name = std::string(xtrans ? "X-Trans" : "Bayer") +
                               (noisy ? ", gain 1/4, sigma 0.03" : ", clean");
      Random random = test_random("registration goals " + name);
      Pool pool;
      for (int t = 0; t < trials; ++t) {
        const auto d = draw_shift(random, 20.0);
        MosaicPair pair = draw_mosaic(random, letters, size, d[0], d[1]);
        if (noisy) {
          for (float& pixel : pair.moved.pixels) pixel *= 0.25F;
          add_noise(pair.moved, 0.03, random);
        }
        plan.borrow_reference(image_of(pair.still));
        pool.add(plan.align(image_of(pair.moved)), d, {1.0, 1.0});
      }
      report("rms error per axis, px, " + name, pool.rmse(), 0.0, noisy ? 0.012 : 0.002);
      report("|error| / sigma, " + name, pool.calibration(), 0.8, 1.25);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int fields = argc > 1 ? std::atoi(argv[1]) : 200;
    const int mosaics = argc > 2 ? std::atoi(argv[2]) : 50;
    if (fields < 1 && mosaics < 1) {
      std::fprintf(stderr, "usage: registration_goals [TRIALS_FIELDS TRIALS_MOSAICS]\n");
      return 2;
    }
    std::printf("%s\n", seed_note().c_str());
    ppatch_context_options options = ptychopatch::context_options();
    options.backend = PPATCH_BACKEND_CPU;
    const ptychopatch::Context context(options);
    if (fields > 0) report_fields(context, fields);
    if (mosaics > 0) report_mosaics(context, mosaics);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "registration_goals: %s\n", error.what());
    return 1;
  }
  return all_met ? 0 : 1;
}
