// SPDX-License-Identifier: Apache-2.0
#include "support/waves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/patches/normal.hpp"
#include "support/job.hpp"

namespace {

using Wide = std::complex<long double>;

Wide dot(const Values& a, const Values& b) {
  Wide out;
  for (std::size_t i = 0; i < a.size(); ++i) out += std::conj(Wide(a[i])) * Wide(b[i]);
  return out;
}

double largest_of(const Values& values) {
  double most = 0;
  for (const Complex& value : values) most = std::max(most, std::abs(value));
  return most;
}

double relative(double miss, double scale) {
  if (scale > 0) return miss / scale;
  return miss == 0 ? 0 : std::numeric_limits<double>::infinity();
}

double worst(double a, double b) { return b <= a ? a : b; }  // a NaN stays

// The waves that a step along an axis changes, by the step.
Values change(const Case& c, Job& job, int column) {
  constexpr double step = 1e-5;
  const auto waves_at = [&](double by) {
    HostArray moved(PPATCH_F64, {c.count, 2});
    for (std::int64_t i = 0; i < moved.size(); ++i) {
      moved.set(i, c.fraction[i] + (i % 2 == column ? by : 0));
    }
    job.plan().set_positions(moved.view());
    return job.canonical(job.probe_extract(), c.wave_modes());
  };
  Values out = waves_at(step);
  const Values below = waves_at(-step);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = (out[i] - below[i]) / (2 * step);
  return out;
}

double worst_of(const Values& got, const std::vector<double>& want,
                const std::vector<double>& magnitude) {
  double scale = 0;
  for (double value : magnitude) scale = std::max(scale, value);
  double out = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    out = worst(out, relative(std::abs(got[i] - want[i]), scale));
  }
  return out;
}

}  // namespace

double shifted_tolerance(ppatch_dtype dtype) { return is_double(dtype) ? 1e-12 : 1e-5; }

ShiftedResiduals shifted_residuals(const Case& c) {
  Job job(c);
  const double probe = largest_of(job.probe().values);
  const double image =
      std::max(largest_of(job.image_values()),
               std::abs(Complex(c.options.constant_real, c.options.constant_imag)));
  HostArray nothing(c.dtype, job.image().shape());
  for (std::int64_t i = 0; i < nothing.size(); ++i) nothing.set(i, 0);
  HostArray at_zero(c.dtype, job.waves().shape());
  job.plan().probe_extract(nothing.view(), job.probe_array().view(), at_zero.view());
  const Values weights = job.wave_values();
  const Values waves = job.canonical(job.probe_extract(), c.wave_modes());
  const Values want = oracle::shifted_extract(c.scan(), job.image_values(), job.probe());

  // What PPATCH_BOUNDARY_CONSTANT adds is no part of the linear map.
  Values linear = waves;
  const Values constant = job.canonical(at_zero, c.wave_modes());
  for (std::size_t i = 0; i < linear.size(); ++i) linear[i] -= constant[i];

  ShiftedResiduals out{};
  double bound = 0;
  for (std::size_t i = 0; i < waves.size(); ++i) {
    out.waves = worst(out.waves, relative(std::abs(waves[i] - want[i]), probe * image));
    bound += std::abs(weights[i]) * probe * image;
  }
  const Wide by_image =
      dot(linear, weights) -
      dot(job.image_values(), job.probe_adjoint_image(PPATCH_ADJOINT_OVERWRITE).image.values());
  const Wide by_probe =
      dot(waves, weights) -
      dot(job.probe().values, job.probe_adjoint_probe(PPATCH_ADJOINT_OVERWRITE).probe.values());
  out.by_image = relative(static_cast<double>(std::abs(by_image)), bound);
  out.by_probe = relative(static_cast<double>(std::abs(by_probe)), bound);
  return out;
}

void make_smooth(Case& c) {
  c.dtype = c.seed % 2 ? PPATCH_C128 : PPATCH_F64;
  c.form = PositionForm::i64;
  c.far = false;
  c.positions_grouped = false;
  c.options.local_offsets = PPATCH_LOCAL_OFFSETS_AS_GIVEN;
  if (c.options.anchor == PPATCH_ANCHOR_CENTRE) c.options.anchor = PPATCH_ANCHOR_HALF;
  c.max_elements = 5000;
}

Case generic_fractions(const Case& c) {
  Case out = c;
  out.form = PositionForm::f64;
  Random random(c.seed + 9);
  for (double& fraction : out.fraction)
    fraction += std::uniform_real_distribution<double>(0.1, 0.4)(random);
  return out;
}

double normal_residual(const Case& c) {
  Job job(c);
  const Job::Normals got = job.position_normal(true);
  const oracle::Probe probe = job.probe();
  const Values waves = job.wave_values();
  const oracle::Normal bound = oracle::position_normal(c.scan(), job.image_values(), &probe, waves);
  const Values by[2] = {change(c, job, 0), change(c, job, 1)};
  const std::size_t each = c.modes * c.options.patch_height * c.options.patch_width;
  std::vector<double> gradient;
  std::vector<double> normal;
  for (std::size_t first = 0; first < waves.size(); first += each) {
    double sums[5] = {};
    for (std::size_t i = first; i < first + each; ++i) {
      sums[0] += (std::conj(waves[i]) * by[0][i]).real();
      sums[1] += (std::conj(waves[i]) * by[1][i]).real();
      sums[2] += std::norm(by[0][i]);
      sums[3] += (std::conj(by[0][i]) * by[1][i]).real();
      sums[4] += std::norm(by[1][i]);
    }
    gradient.insert(gradient.end(), sums, sums + 2);
    normal.insert(normal.end(), sums + 2, sums + 5);
  }
  return worst(worst_of(got.gradient.values(), gradient, bound.gradient_magnitude),
               worst_of(got.normal.values(), normal, bound.normal_magnitude));
}
