// SPDX-License-Identifier: Apache-2.0
//
// Affine maps of scans against least squares written out here, and on scans whose map is known.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "oracle/patches/affine.hpp"
#include "oracle/seed.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using ptychopatch::array;

// Residuals beyond so many expected errors count less.
constexpr double huber = 2.4477468306808161;

struct Fit {
  ppatch_scan_fit_info answer;
  std::vector<double> residual;
};

Fit fit(const oracle::AffineProblem& problem, double sigma, ppatch_axes axes = PPATCH_AXES_YX) {
  const auto k = static_cast<std::int64_t>(problem.nominal.size() / 2);
  auto options = ptychopatch::scan_fit_options();
  options.sigma = sigma;
  options.axes = axes;
  Fit out;
  out.residual.assign(problem.nominal.size(), std::nan(""));
  const auto nominal = array(problem.nominal.data(), {k, 2});
  const auto refined = array(problem.refined.data(), {k, 2});
  const auto information = array(problem.information.data(), {k, 3});
  const auto residual = array(out.residual.data(), {k, 2});
  out.answer = ptychopatch::fit_scan(
      nominal, refined, problem.information.empty() ? nullptr : &information, &residual, options);
  return out;
}

class ScanFit : public testing::Test {
 protected:
  double uniform(double from, double to) {
    return std::uniform_real_distribution<double>(from, to)(random_);
  }
  double normal(double sigma) { return std::normal_distribution<double>(0, sigma)(random_); }

  // A scan, and where a matrix and a shift take it about its mean.
  oracle::AffineProblem scan(int count, const double* matrix, double dy, double dx) {
    oracle::AffineProblem problem;
    for (int i = 0; i < 2 * count; ++i) problem.nominal.push_back(uniform(-300, 700));
    double centre[2] = {};
    for (int i = 0; i < 2 * count; ++i) centre[i % 2] += problem.nominal[i] / count;
    for (int k = 0; k < count; ++k) {
      const double y = problem.nominal[2 * k] - centre[0];
      const double x = problem.nominal[2 * k + 1] - centre[1];
      problem.refined.push_back(centre[0] + dy + matrix[0] * y + matrix[1] * x);
      problem.refined.push_back(centre[1] + dx + matrix[2] * y + matrix[3] * x);
    }
    return problem;
  }
  void add_noise(oracle::AffineProblem& problem, double sigma) {
    for (double& value : problem.refined) value += normal(sigma);
  }
  void add_information(oracle::AffineProblem& problem, double unit) {
    for (std::size_t k = 0; k < problem.nominal.size() / 2; ++k) {
      const double a = uniform(0.2, 2);
      const double c = uniform(0.2, 2);
      problem.information.insert(
          problem.information.end(),
          {unit * a, unit * uniform(-0.9, 0.9) * std::sqrt(a * c), unit * c});
    }
  }

  Random random_ = test_random(std::string("ScanFit.") +
                               testing::UnitTest::GetInstance()->current_test_info()->name());
};

// No residual is large beside sigma: plain least squares.
TEST_F(ScanFit, AgreesWithLeastSquares) {
  for (int trial = 0; trial < 60; ++trial) {
    SCOPED_TRACE(seed_note());
    const double matrix[4] = {uniform(0.5, 1.5), uniform(-1, 1), uniform(-1, 1), uniform(0.5, 1.5)};
    oracle::AffineProblem problem = scan(3 + trial, matrix, uniform(-9, 9), uniform(-9, 9));
    add_noise(problem, 0.5);
    if (trial % 2) add_information(problem, std::pow(10.0, uniform(-6, 6)));
    const double unit = trial % 2 ? std::sqrt(problem.information[0]) : 1;
    const double sigma = 100 * unit;
    const oracle::AffineAnswer want = oracle::affine(problem);
    const Fit got = fit(problem, sigma);
    ASSERT_EQ(got.answer.status, PPATCH_SCAN_FIT_STATUS_OK);
    const double given[6] = {got.answer.shift[0],  got.answer.shift[1],  got.answer.matrix[0],
                             got.answer.matrix[1], got.answer.matrix[2], got.answer.matrix[3]};
    // Positions nearly on a line tell the matrix badly, and rounding grows as its variance does.
    double growth = 1;
    for (int i = 2; i < 6; ++i) {
      growth =
          std::max(growth, 1e4 * unit * unit * want.covariance[7 * static_cast<std::size_t>(i)]);
    }
    for (int i = 0; i < 6; ++i) {
      EXPECT_NEAR(given[i], want.parameters[i], growth * (i < 2 ? 1e-9 : 1e-11));
      for (int j = 0; j < 6; ++j) {
        const double scale = std::sqrt(want.covariance[7 * i] * want.covariance[7 * j]);
        EXPECT_NEAR(got.answer.covariance[6 * i + j] / (sigma * sigma), want.covariance[6 * i + j],
                    1e-8 * scale);
      }
    }
    for (std::size_t i = 0; i < want.residual.size(); ++i) {
      EXPECT_NEAR(got.residual[i], want.residual[i], growth * 1e-9);
    }
    EXPECT_EQ(got.answer.degrees_of_freedom, 2 * (3 + trial) - 6);
    if (trial > 0) {
      EXPECT_NEAR(got.answer.chi2_per_dof * sigma * sigma * (2 * (3 + trial) - 6),
                  want.sum_of_squares, 1e-8 * want.sum_of_squares);
    }
    EXPECT_EQ(got.answer.sigma, sigma);
  }
}

// With weights: the gradient of what Huber's weights make least vanishes.
TEST_F(ScanFit, WeighsOutliersAsHuber) {
  const double matrix[4] = {1.01, 0.02, -0.01, 0.99};
  oracle::AffineProblem problem = scan(200, matrix, 1, -2);
  add_noise(problem, 0.3);
  for (int k = 0; k < 30; ++k) problem.refined[2 * static_cast<std::size_t>(k)] += uniform(2, 40);
  const Fit got = fit(problem, 0.3);
  oracle::AffineProblem weighed = problem;
  int outliers = 0;
  for (std::size_t k = 0; k < 200; ++k) {
    const double length = std::hypot(got.residual[2 * k], got.residual[2 * k + 1]) / 0.3;
    const double weight = length > huber ? huber / length : 1;
    outliers += length > huber;
    weighed.information.insert(weighed.information.end(), {weight, 0, weight});
  }
  EXPECT_GE(outliers, 25);
  const oracle::AffineAnswer again = oracle::affine(weighed);
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(got.answer.matrix[i], again.parameters[2 + i], 1e-10);
  for (int i = 0; i < 2; ++i) EXPECT_NEAR(got.answer.shift[i], again.parameters[i], 1e-8);
  // Thirty of two hundred 20 px away on one side; a mean would be 3 px off.
  EXPECT_NEAR(got.answer.shift[0], 1, 0.2);
  // Cut off, they still count as errors at the limit; a root mean square would be 8 px.
  const double found = fit(problem, 0).answer.sigma;
  EXPECT_GT(found, 0.27);
  EXPECT_LT(found, 0.5);
}

// Rotation 1 degree, scales 1.01 and 0.99, shear 0.5 %, 0.3 px of noise: found within 3 standard
// errors but for the few beyond them that are normal, and these errors are right to 20 %.
TEST_F(ScanFit, KnowsItsErrors) {
  const double angle = std::numbers::pi / 180;
  const double wanted[4] = {angle, 1.01, 0.99, 0.005};
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const double matrix[4] = {c * 1.01, c * 0.005 - s * 0.99, s * 1.01, s * 0.005 + c * 0.99};
  double squares[6] = {};
  double found_sigma = 0;
  int beyond = 0;
  constexpr int trials = 200;
  for (int trial = 0; trial < trials; ++trial) {
    oracle::AffineProblem problem = scan(150, matrix, 2.5, -1.25);
    add_noise(problem, 0.3);
    const ppatch_scan_fit_info a = fit(problem, trial % 2 ? 0.3 : 0).answer;
    const double z[6] = {(a.rotation - wanted[0]) / a.rotation_sigma,
                         (a.scale[0] - wanted[1]) / a.scale_sigma[0],
                         (a.scale[1] - wanted[2]) / a.scale_sigma[1],
                         (a.shear - wanted[3]) / a.shear_sigma,
                         (a.shift[0] - 2.5) / std::sqrt(a.covariance[0]),
                         (a.shift[1] + 1.25) / std::sqrt(a.covariance[7])};
    for (int i = 0; i < 6; ++i) {
      squares[i] += z[i] * z[i] / trials;
      beyond += std::fabs(z[i]) > 3;
      EXPECT_LT(std::fabs(z[i]), 6);
    }
    found_sigma += a.sigma / trials;
    EXPECT_NEAR(a.chi2_per_dof, 1, 0.4);
  }
  for (double square : squares) {
    EXPECT_GT(std::sqrt(square), 0.75) << seed_note();  // known to 5 %
    EXPECT_LT(std::sqrt(square), 1.25) << seed_note();
  }
  EXPECT_LE(beyond, 15);  // 3 of 1200 are expected
  EXPECT_NEAR(found_sigma, 0.3, 0.01);
}

// A quarter turn of y onto x is positive; columns in the order of axes.
TEST_F(ScanFit, TurnsTheRightWay) {
  oracle::AffineProblem problem;
  problem.nominal = {0, 0, 1, 0, 0, 1, 1, 1};
  problem.refined = {0, 0, 0, 1, -1, 0, -1, 1};
  const ppatch_scan_fit_info yx = fit(problem, 1).answer;
  EXPECT_NEAR(yx.rotation, std::numbers::pi / 2, 1e-12);
  EXPECT_NEAR(yx.scale[0], 1, 1e-12);
  EXPECT_NEAR(yx.scale[1], 1, 1e-12);
  EXPECT_NEAR(yx.shear, 0, 1e-12);
  EXPECT_NEAR(yx.shift[0], -1, 1e-12);  // the centre (1/2, 1/2) goes to (-1/2, 1/2)
  EXPECT_NEAR(yx.shift[1], 0, 1e-12);
  EXPECT_EQ(yx.matrix[2] > 0.5, true);
  const ppatch_scan_fit_info xy = fit(problem, 1, PPATCH_AXES_XY).answer;
  EXPECT_NEAR(xy.rotation, -std::numbers::pi / 2, 1e-12);

  const double matrix[4] = {1.2, 0.3, -0.1, 0.8};
  oracle::AffineProblem one = scan(40, matrix, 3, 4);
  add_noise(one, 0.2);
  add_information(one, 1);
  oracle::AffineProblem other = one;
  for (std::size_t k = 0; k < 40; ++k) {
    std::swap(other.nominal[2 * k], other.nominal[2 * k + 1]);
    std::swap(other.refined[2 * k], other.refined[2 * k + 1]);
    std::swap(other.information[3 * k], other.information[3 * k + 2]);
  }
  const Fit a = fit(one, 0);
  const Fit b = fit(other, 0, PPATCH_AXES_XY);
  for (int i = 0; i < 4; ++i) EXPECT_DOUBLE_EQ(a.answer.matrix[i], b.answer.matrix[i]);
  for (std::size_t k = 0; k < 40; ++k) {
    EXPECT_EQ(a.residual[2 * k], b.residual[2 * k + 1]);
    EXPECT_EQ(a.residual[2 * k + 1], b.residual[2 * k]);
  }
}

TEST_F(ScanFit, TellsScansThatSayTooLittle) {
  const double matrix[4] = {1, 0, 0, 1};
  for (int count : {0, 1, 2}) {
    const Fit got = fit(scan(count, matrix, 2, 3), 1);
    EXPECT_EQ(got.answer.status, PPATCH_SCAN_FIT_STATUS_FEW);
    EXPECT_TRUE(std::isnan(got.answer.matrix[0]) && std::isnan(got.answer.rotation));
    if (count == 0) {
      EXPECT_TRUE(std::isnan(got.answer.shift[0]));
    } else {
      EXPECT_NEAR(got.answer.shift[0], 2, 1e-12);
      EXPECT_NEAR(got.residual[0], 0, 1e-12);
    }
  }
  oracle::AffineProblem line;
  for (int k = 0; k < 20; ++k) {
    line.nominal.insert(line.nominal.end(), {3.0 * k, -1.1 * k});
    line.refined.insert(line.refined.end(),
                        {3.0 * k + 1 + normal(0.1), -1.1 * k - 2 + normal(0.1)});
  }
  const Fit got = fit(line, 0);
  EXPECT_EQ(got.answer.status, PPATCH_SCAN_FIT_STATUS_LINE);
  EXPECT_NEAR(got.answer.shift[0], 1, 0.2);
  EXPECT_NEAR(got.answer.shift[1], -2, 0.2);
  EXPECT_TRUE(std::isnan(got.answer.matrix[3]) && std::isnan(got.answer.covariance[35]));
  EXPECT_FALSE(std::isnan(got.answer.covariance[0]));

  // A whole scan of which only y is known.
  oracle::AffineProblem blind = scan(30, matrix, 2, 3);
  for (int k = 0; k < 30; ++k) blind.information.insert(blind.information.end(), {1, 0, 0});
  EXPECT_EQ(fit(blind, 1).answer.status, PPATCH_SCAN_FIT_STATUS_LINE);
  // Positions of no information count for nothing.
  oracle::AffineProblem partly = scan(30, matrix, 2, 3);
  for (int k = 0; k < 30; ++k) {
    const double h = k < 6 ? 0 : 1;
    partly.information.insert(partly.information.end(), {h, 0, h});
    if (k < 6) partly.refined[2 * static_cast<std::size_t>(k)] += 1e6;
  }
  const Fit rest = fit(partly, 1);
  EXPECT_EQ(rest.answer.status, PPATCH_SCAN_FIT_STATUS_OK);
  EXPECT_NEAR(rest.answer.shift[0], 2, 1e-9);
  EXPECT_EQ(rest.answer.degrees_of_freedom, 2 * 24 - 6);
}

}  // namespace
