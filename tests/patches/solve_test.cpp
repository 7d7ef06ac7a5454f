// SPDX-License-Identifier: Apache-2.0
//
// Least-squares assembly against dense normal equations, and on scans whose answer is known.
#include "oracle/patches/solve.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "oracle/test_backend.hpp"
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

using ptychopatch::Context;

class Solve : public testing::TestWithParam<Kind> {};

// What the dense oracle can do.
void make_small_image(Case& c) {
  c.height = std::min<std::int64_t>(c.height, 9);
  c.width = std::min<std::int64_t>(c.width, 11);
  c.images = std::min<std::int64_t>(c.images, 2);
  c.options.patch_height = std::min<std::int64_t>(c.options.patch_height, 8);
  c.options.patch_width = std::min<std::int64_t>(c.options.patch_width, 7);
  c.count = std::min<std::int64_t>(c.count, 40);
  c.far = false;
}

std::vector<double> random_weights(const Case& c) {
  Random random(c.seed + 9);
  std::uniform_real_distribution<double> uniform(0, 2);
  std::vector<double> weights;
  if (c.seed % 3 == 0) return weights;
  for (std::int64_t k = 0; k < c.count; ++k) {
    weights.push_back(c.seed % 3 == 1 && k % 4 == 0 ? 0 : static_cast<float>(uniform(random)));
  }
  return weights;
}

ppatch_patch_solve_options options_of(int iterations, double tolerance, double lambda) {
  ppatch_patch_solve_options options = ptychopatch::solve_options();
  options.max_iterations = iterations;
  options.tolerance = tolerance;
  options.lambda = lambda;
  return options;
}

// Whether rounding decides which pixels of some image begin as a quotient: there the coverage is as
// near to the threshold, a thousandth of the image's largest, as weights are known. That is so,
// too, where an image is reached by weights of rounding's size alone.
bool start_is_rounding(const Case& c, const std::vector<double>& coverage) {
  const auto in_image = static_cast<std::ptrdiff_t>(c.height * c.width);
  for (auto first = coverage.begin(); first != coverage.end(); first += in_image) {
    const double threshold = 1e-3 * std::max(0.0, *std::max_element(first, first + in_image));
    for (auto sum = first; sum != first + in_image; ++sum) {
      const bool reached = *sum != 0.0 || threshold != 0.0;
      if (reached && std::fabs(*sum - threshold) < 1e-12) return true;
    }
  }
  return false;
}

// With lambda the equations have one answer, and a known condition.
TEST_P(Solve, FindsTheOraclesAnswer) {
  const auto adjust = [](Case& c) {
    make_small_image(c);
    set_kind(c, GetParam());
  };
  for_each_case(3, adjust, [](const Case& c) {
    const double lambda = 0.05;
    Job job(c);
    const std::vector<double> weights = random_weights(c);
    const oracle::NormalEquations equations =
        oracle::normal_equations(c.scan(), job.patch_values(), weights, lambda);
    const Job::Solution got =
        job.solve(options_of(500, is_double(c.dtype) ? 1e-14 : 1e-8, lambda), weights);
    if (start_is_rounding(c, equations.coverage)) return;
    const Values want = oracle::solve(equations);
    double most = 1;
    for (double sum : equations.coverage) most = std::max(most, std::fabs(sum));
    // Patches are of size 1, and weights are right to an ulp of 1, however small they are.
    const double scale = std::max({1.0, largest(want), largest(equations.right) / lambda});
    // Where it begins is a quotient by coverages down to a thousandth of the largest.
    expect_close(got.image.values(), want, scale * most, is_double(c.dtype) ? 1e-12 : 2e-7,
                 "solution");
    expect_close(got.coverage.values(), as_complex(equations.coverage), most,
                 is_double(c.dtype) ? 1e-12 : 1e-6, "coverage");
    EXPECT_LE(got.info.residual, is_double(c.dtype) ? 1e-13 : 1e-7);
  });
}

// What conjugate gradients make smaller with every iteration.
double energy(const oracle::NormalEquations& equations, const Values& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    Complex row = -2.0 * equations.right[i];
    for (std::size_t j = 0; j < x.size(); ++j) row += equations.matrix[i * x.size() + j] * x[j];
    sum += (std::conj(x[i]) * row).real();
  }
  return sum;
}

// The sums A* W A |x| of absolute terms, with weights no smaller than `min_weight`.
std::vector<double> normal_magnitude(const oracle::Scan& scan, const std::vector<double>& weights,
                                     const Values& x, double min_weight) {
  oracle::Scan linear = scan;
  linear.options.constant_real = linear.options.constant_imag = 0;
  Values patches = as_complex(oracle::extract_magnitude(linear, x, min_weight));
  const std::vector<oracle::PatchPlace> places = oracle::patch_places(scan);
  const std::size_t area = patches.size() / std::max<std::size_t>(places.size(), 1);
  for (std::size_t p = 0; p < patches.size() && !weights.empty(); ++p) {
    patches[p] *= weights[places[p / area].position];
  }
  return oracle::adjoint_magnitude(linear, patches, min_weight);
}

// What the rounding of x itself, of the weights it is multiplied by and of the right side's terms
// can leave of the right side.
double rounding_left(const oracle::NormalEquations& equations, const Values& x, double roundoff,
                     const std::vector<double>& weighed, const std::vector<double>& terms) {
  double sum = 0;
  double scale = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double row = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      row += std::fabs(equations.matrix[i * x.size() + j]) * std::abs(x[j]);
    }
    const double of_weights = weighed[i] * 0x1p-53 / roundoff;
    const double of_terms = terms[i] * 0x1p-53 / roundoff;
    sum += row * row + of_weights * of_weights + of_terms * of_terms;
    scale += std::norm(equations.right[i]);
  }
  return scale > 0 ? 4 * roundoff * std::sqrt(sum / scale) : 0;
}

// What is told is what is left, and the sum of squares falls.
void expect_residual_told(const Case& c) {
  Job job(c);
  const std::vector<double> weights = random_weights(c);
  const oracle::NormalEquations equations =
      oracle::normal_equations(c.scan(), job.patch_values(), weights, 0);
  double before = 1e300;  // of where they begin nothing is known
  for (int iterations : {1, 3, 40}) {
    const Job::Solution got = job.solve(options_of(iterations, 1e-15, 0), weights);
    EXPECT_LE(got.info.iterations, iterations);
    if (c.images > 1) continue;  // told is the largest of them
    const Values x = got.image.values();
    const double roundoff = is_double(c.dtype) ? 0x1p-53 : 0x1p-24;
    const double left = oracle::relative_residual(equations, x);
    // Weights, differences of numbers about 1, are right to four roundings in double precision.
    const double min_weight = 4.0 / 80.0;
    const double rounding = rounding_left(
        equations, x, roundoff, normal_magnitude(c.scan(), weights, x, min_weight),
        oracle::adjoint_magnitude(c.scan(), job.patch_values(), oracle::least_weight));
    EXPECT_NEAR(got.info.residual, left, 20 * rounding + 1e-6 * left);
    const double now = energy(equations, x);
    EXPECT_LE(now, before + 1e3 * roundoff * std::fabs(now) + 20 * rounding * std::fabs(now));
    before = now;
  }
}

// Fewer iterations than it takes.
TEST_P(Solve, TellsItsResidual) {
  const auto adjust = [](Case& c) {
    make_small_image(c);
    set_kind(c, GetParam());
  };
  for_each_case(2, adjust, expect_residual_told);
}

// A scan whose patches tell some directions less than rounding tells them: followed, they took
// pixels to 4e9 and the sum of squares up.
TEST(SolveScan, DoesNotFollowRounding) {
  const auto adjust = [](Case& c) {
    make_small_image(c);
    set_kind(c, Kind(PPATCH_F64, PPATCH_INTERPOLATION_BICUBIC, PPATCH_BOUNDARY_ZERO));
  };
  expect_residual_told(draw_case(7695941792697422956u, adjust));
}

INSTANTIATE_TEST_SUITE_P(All, Solve, all_kinds(), kind_name);

// A scan with fractions of all kinds over an image that it covers many times over.
Case dense_scan(std::uint64_t seed, ppatch_dtype dtype, ppatch_interpolation interpolation,
                bool wide) {
  return draw_case(seed, [&](Case& c) {
    const bool contiguous = c.contiguous;
    c = Case{};
    c.seed = seed;
    c.contiguous = contiguous;
    c.dtype = dtype;
    c.options = ptychopatch::patch_options(16, 18);
    c.options.interpolation = interpolation;
    c.options.boundary = PPATCH_BOUNDARY_WRAP;
    c.height = wide ? 80 : 33;
    c.width = wide ? 90 : 37;
    c.count = wide ? 700 : 160;
    c.max_elements = 1 << 20;
    c.threads = 2;
    c.far = false;
  });
}

// Extracted and put back: with every pixel reached from all sides the answer is the image itself.
TEST(SolveScan, GivesTheImageBack) {
  for (ppatch_dtype dtype : {PPATCH_F32, PPATCH_F64, PPATCH_C64, PPATCH_C128}) {
    for (ppatch_interpolation interpolation :
         {PPATCH_INTERPOLATION_NEAREST, PPATCH_INTERPOLATION_BILINEAR, PPATCH_INTERPOLATION_BICUBIC,
          PPATCH_INTERPOLATION_LANCZOS3}) {
      const Case c =
          dense_scan(test_random("SolveScan.GivesTheImageBack")(), dtype, interpolation, true);
      SCOPED_TRACE(c.describe());
      Job job(c);
      const HostArray patches = job.extract();
      HostArray image(c.dtype, {c.height, c.width});
      const auto info = job.plan().solve(patches.view(), image.view(), nullptr, nullptr,
                                         options_of(400, is_double(dtype) ? 1e-14 : 1e-9, 0));
      expect_close(image.values(), job.image_values(), 1, is_double(dtype) ? 1e-10 : 1e-5, "image");
      EXPECT_LT(info.iterations, 400);
    }
  }
}

// Pixels of no patch stay 0, whatever the others are; nothing is divided by nothing.
TEST(SolveScan, LeavesWhatNoPatchReaches) {
  const double where[2] = {2.25, 3.5};
  ptychopatch::PatchPlan plan(shared_context(1), ptychopatch::array(where, {1, 2}),
                              ptychopatch::patch_options(4, 5));
  const std::vector<double> patch(20, 3.0);
  std::vector<double> image(12 * 13, std::nan(""));
  plan.solve(ptychopatch::array(patch.data(), {1, 4, 5}),
             ptychopatch::array(image.data(), {12, 13}));
  for (std::int64_t y = 0; y < 12; ++y) {
    for (std::int64_t x = 0; x < 13; ++x) {
      const bool reached = y >= 2 && y <= 6 && x >= 3 && x <= 8;
      EXPECT_NEAR(image[static_cast<std::size_t>(y * 13 + x)], reached ? 3.0 : 0.0,
                  reached ? 1e-8 : 0.0);
    }
  }
}

// No patch at all, and images without a pixel.
TEST(SolveScan, OfNothing) {
  ppatch_patch_options options = ptychopatch::patch_options(4, 5);
  options.position_capacity = 1;
  ptychopatch::PatchPlan plan(shared_context(1), options);
  const double none = 0;
  std::vector<double> image(6, std::nan(""));
  const auto info =
      plan.solve(ptychopatch::array(&none, {0, 4, 5}), ptychopatch::array(image.data(), {2, 3}));
  EXPECT_EQ(info.iterations, 0);
  EXPECT_EQ(info.residual, 0.0);
  for (double value : image) EXPECT_EQ(value, 0.0);
  plan.solve(ptychopatch::array(&none, {0, 4, 5}), ptychopatch::array(image.data(), {0, 3}));
}

std::vector<HostArray> solved(const Case& c, const Context& context) {
  Job job(c, context);
  Job::Solution got = job.solve(options_of(37, 1e-13, 0.01), random_weights(c));
  return {got.image, got.coverage};
}

Context context_of(int threads, std::uint64_t budget) {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = test_backend();
  options.num_threads = threads;
  options.memory_budget = budget;
  return Context(options);
}

void make_long(Case& c) {
  c.height += 150;
  c.width += 40;
  c.count = 60;
  c.max_elements = 60000;
  c.options.algorithm = PPATCH_ALGORITHM_BATCHED;
}

TEST(SolveBits, DoNotDependOnThreads) {
  for_each_case(10, make_long, [](const Case& c) {
    const auto one = solved(c, shared_context(1));
    for (int threads : {2, 3, 8}) {
      expect_same_bits(one, solved(c, shared_context(threads)), std::to_string(threads));
    }
    Case iterative = c;
    iterative.options.algorithm = PPATCH_ALGORITHM_ITERATIVE;
    expect_same_bits(one, solved(iterative, shared_context(2)), "iterative");
  });
}

TEST(SolveBits, DoNotDependOnTheSimdTarget) {
  const char* before = std::getenv("PPATCH_SIMD");
  const std::string restore = before ? before : "";
  std::vector<std::pair<std::string, Context>> levels;
  for (const char* name : {"scalar", "avx2", "avx3"}) {
    setenv("PPATCH_SIMD", name, 1);
    try {
      levels.emplace_back(name, context_of(2, 0));
    } catch (const ptychopatch::Error& error) {
      EXPECT_NE(std::string(name), "scalar") << error.what();
      std::cout << "no " << name << " here: " << error.what() << "\n";
    }
  }
  if (before) {
    setenv("PPATCH_SIMD", restore.c_str(), 1);
  } else {
    unsetenv("PPATCH_SIMD");
  }
  for_each_case(10, make_long, [&](const Case& c) {
    const auto usual = solved(c, shared_context(c.threads));
    for (const auto& [name, context] : levels) expect_same_bits(usual, solved(c, context), name);
  });
}

// The budget that is told is the least one.
TEST(SolveBits, DoNotDependOnTheBudget) {
  for_each_case(6, make_long, [](const Case& c) {
    const auto usual = solved(c, shared_context(c.threads));
    Job roomy(c, shared_context(c.threads));
    const Context enough = context_of(c.threads, roomy.plan().solve_bytes(roomy.image().view()));
    expect_same_bits(usual, solved(c, enough), "the budget that was asked for");
    Job job(c, enough);
    const std::uint64_t least = job.plan().solve_bytes(job.image().view());
    const Context short_of = context_of(c.threads, least - 1);
    try {
      Job refused(c, short_of);
      const std::uint64_t asked = refused.plan().solve_bytes(refused.image().view());
      if (asked <= least - 1) return;  // a plan of a smaller budget holds less itself
      refused.solve(options_of(1, 0, 0), {});
      ADD_FAILURE() << "expected OUT_OF_MEMORY";
    } catch (const ptychopatch::Error& error) {
      EXPECT_EQ(error.status(), PPATCH_ERROR_OUT_OF_MEMORY) << error.what();
    }
  });
}

}  // namespace
