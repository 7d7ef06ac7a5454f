// SPDX-License-Identifier: Apache-2.0
//
// Measures how accurate affine models are on Bayer scenes with a known map, and whether objects
// that move on their own are found. Prints one line a figure: name, value, limits, ok or MISS. Ends
// with 1 if anything is missed.
//
// usage: motion_goals [TRIALS [SIDE]]   (20 trials of 2448 x 2448 pixels, 6 megapixels)
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <numbers>
#include <string>

#include "oracle/seed.hpp"
#include "ptychopatch/ptychopatch.hpp"
#include "support/warped_scene.hpp"

namespace {

constexpr int parameters = 6;
using Vector = std::array<double, parameters>;
using Matrix = std::array<Vector, parameters>;

bool all_met = true;

void report(const std::string& name, double value, double least, double most) {
  const bool met = value >= least && value <= most;  // a NaN is a miss
  std::printf("%-56s  %.4g  %.3g..%.3g  %s\n", name.c_str(), value, least, most,
              met ? "ok" : "MISS");
  std::fflush(stdout);
  all_met = all_met && met;
}

// A scene in luminance and chroma, seen through a Bayer array.
class BayerScene {
 public:
  BayerScene(Random& random, std::int64_t size)
      : size_(size), luminance_(random, size), chroma_(random, size) {}
  Picture look(const Affine& affine) const {
    return through_cfa(luminance_.look(affine), chroma_.look(affine), "RGGB", 0.5);
  }

  // The information of all pixels about the parameters, for noise of that variance in a pair.
  Matrix information(double variance) const {
    constexpr double step = 0.01;
    std::array<Picture, 2> slope;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      Affine forth;
      Affine back;
      forth.shift[axis] = step;
      back.shift[axis] = -step;
      slope[axis] = look(forth);
      const Picture other = look(back);
      for (std::size_t i = 0; i < other.pixels.size(); ++i)
        slope[axis].pixels[i] -= other.pixels[i];
    }
    Matrix sum{};
    const double centre = 0.5 * static_cast<double>(size_ - 1);
    for (std::int64_t y = 0; y < size_; ++y) {
      for (std::int64_t x = 0; x < size_; ++x) {
        const double gy = static_cast<double>(slope[0].at(y, x)) / (2.0 * step);
        const double gx = static_cast<double>(slope[1].at(y, x)) / (2.0 * step);
        const double v = static_cast<double>(y) - centre;
        const double u = static_cast<double>(x) - centre;
        const Vector row = {gy, gx, gy * v, gy * u, gx * v, gx * u};
        for (std::size_t i = 0; i < parameters; ++i) {
          for (std::size_t j = 0; j < parameters; ++j) sum[i][j] += row[i] * row[j] / variance;
        }
      }
    }
    return sum;
  }

 private:
  std::int64_t size_;
  BlobScene luminance_, chroma_;
};

// b' A^-1 b by elimination; A is positive definite.
double quadratic_form(Matrix a, Vector b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < parameters; ++i) {
    sum += b[i] * b[i] / a[i][i];
    for (std::size_t r = i + 1; r < parameters; ++r) {
      const double part = a[r][i] / a[i][i];
      for (std::size_t k = i; k < parameters; ++k) a[r][k] -= part * a[i][k];
      b[r] -= part * b[i];
    }
  }
  return sum;
}

struct Pool {
  double squares = 0.0, bounds = 0.0, standardised = 0.0;
  int count = 0;

  void add(const ppatch_scene_motion& found, const Affine& truth, const Matrix& information,
           std::int64_t size) {
    Vector error;
    for (std::size_t p = 0; p < parameters; ++p) {
      error[p] =
          p < 2 ? found.shift[p] - truth.shift[p] : found.matrix[p - 2] - truth.matrix[p - 2];
      standardised += error[p] * error[p] / found.covariance[(parameters + 1) * p];
    }
    ++count;
    const double half = 0.5 * static_cast<double>(size - 1);
    for (const double y : {-half, half}) {
      for (const double x : {-half, half}) {
        for (std::size_t axis = 0; axis < 2; ++axis) {
          Vector at{};
          at[axis] = 1.0;
          at[2 + 2 * axis] = y;
          at[3 + 2 * axis] = x;
          double off = 0.0;
          for (std::size_t p = 0; p < parameters; ++p) off += at[p] * error[p];
          squares += off * off;
          bounds += quadratic_form(information, at);
        }
      }
    }
  }
};

Affine draw_affine(Random& random, double degrees, double scale) {
  std::uniform_real_distribution<double> shift(-8.0, 8.0);
  std::uniform_real_distribution<double> angle(-degrees, degrees);
  std::uniform_real_distribution<double> growth(-scale, scale);
  const double dy = shift(random);
  const double dx = shift(random);
  const double radians = angle(random) * std::numbers::pi / 180.0;
  return Affine::of(dy, dx, radians, 1.0 + growth(random));
}

ppatch_scene_image image_of(const Picture& picture) {
  return ppatch_scene_image_of(
      ptychopatch::array(picture.pixels.data(), {picture.height, picture.width}));
}

ptychopatch::MeasuredMotion measure(const ptychopatch::Context& context, const Picture& still,
                                    const Picture& moved) {
  auto options = ptychopatch::scene_options(still.height, still.width, ptychopatch::cfa("RGGB"));
  options.motion = PPATCH_MOTION_MODEL_AFFINE;
  ptychopatch::ScenePlan plan(context, options);
  plan.borrow_reference(image_of(still));
  return plan.measure_motion(image_of(moved));
}

void report_maps(const ptychopatch::Context& context, int trials, std::int64_t size) {
  constexpr double still_sigma = 0.02;
  constexpr double moved_sigma = 0.03;
  constexpr double gain = 0.25;
  Random random = test_random("motion goals, maps");
  Pool pool;
  for (int t = 0; t < trials; ++t) {
    const BayerScene scene(random, size);
    const Affine truth = draw_affine(random, 1.0, 0.01);
    Picture still = scene.look(Affine());
    Picture moved = scene.look(truth);
    for (float& pixel : moved.pixels) pixel *= static_cast<float>(gain);
    add_noise(still, still_sigma, random);
    add_noise(moved, moved_sigma, random);
    const double noise = moved_sigma / gain;
    pool.add(measure(context, still, moved).motion, truth,
             scene.information(still_sigma * still_sigma + noise * noise), size);
  }
  const std::string name = ", Bayer, gain 1/4, to 1 degree and 1 %";
  report("corners: ratio to the bound" + name, std::sqrt(pool.squares / pool.bounds), 0.0, 1.5);
  report("|error| / sigma" + name,
         std::sqrt(pool.standardised / (parameters * static_cast<double>(pool.count))), 0.8, 1.25);
}

void report_objects(const ptychopatch::Context& context, int trials, std::int64_t size) {
  Random random = test_random("motion goals, objects");
  double moving = 0.0;
  double found = 0.0;
  double called = 0.0;
  double right = 0.0;
  for (int t = 0; t < trials; ++t) {
    const BayerScene scene(random, size);
    const BayerScene other(random, size);
    const Affine truth = draw_affine(random, 0.3, 0.003);
    Picture still = scene.look(Affine());
    Picture moved = scene.look(truth);
    // A fifth of the scene, by an even number of pixels beside the background's shift.
    const auto side = static_cast<std::int64_t>(std::sqrt(0.2) * static_cast<double>(size)) / 2 * 2;
    std::uniform_int_distribution<std::int64_t> place(10, (size - side) / 2 - 10);
    const std::int64_t y = 2 * place(random);
    const Rectangle area{y, 2 * place(random), side, side};
    const auto apart = [&](double shift) {
      return 2 * (static_cast<std::int64_t>(std::lround(0.5 * shift)) + 2);
    };
    put_object(other.look(Affine()), area, apart(truth.shift[0]), apart(truth.shift[1]), still,
               moved);
    add_noise(still, 0.03, random);
    add_noise(moved, 0.03, random);
    const ptychopatch::MeasuredMotion motion = measure(context, still, moved);
    const double half = 0.5 * static_cast<double>(motion.motion.tile_size);
    const auto share = [&](double centre, std::int64_t first) {
      const double begin = std::max(centre - half, static_cast<double>(first));
      const double end = std::min(centre + half, static_cast<double>(first + side));
      return std::max(0.0, end - begin) / (2.0 * half);
    };
    for (const ppatch_tile_shift& tile : motion.tiles) {
      const double part = share(tile.centre[0], area.y) * share(tile.centre[1], area.x);
      const bool flagged = (tile.flags & PPATCH_SHIFT_FLAG_MOVING) != 0;
      if (part > 0.5) moving += 1.0;
      if (part > 0.5 && flagged) found += 1.0;
      if (flagged) called += 1.0;
      if (flagged && part > 0.05) right += 1.0;
    }
  }
  report("tiles of an object that moves: recall", found / moving, 0.9, 1.0);
  report("tiles of an object that moves: precision", right / called, 0.9, 1.0);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int trials = argc > 1 ? std::atoi(argv[1]) : 20;
    const int side = argc > 2 ? std::atoi(argv[2]) : 2448;
    if (trials < 1 || side < 400) {
      std::fprintf(stderr, "usage: motion_goals [TRIALS [SIDE]], SIDE from 400 on\n");
      return 2;
    }
    std::printf("%s\n", seed_note().c_str());
    ppatch_context_options options = ptychopatch::context_options();
    options.backend = PPATCH_BACKEND_CPU;
    const ptychopatch::Context context(options);
    report_maps(context, trials, side / 2 * 2);
    report_objects(context, std::max(1, trials / 4), side / 2 * 2);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "motion_goals: %s\n", error.what());
    return 1;
  }
  return all_met ? 0 : 1;
}
