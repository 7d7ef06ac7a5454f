// SPDX-License-Identifier: Apache-2.0
//
// The denominator is sum_ij |y_i| |A_ij| |x_j|. Either side is a sum of the products y_i A_ij x_j,
// each of which is rounded a few times, and summed in some order; so either side is off by at most
// a small multiple of the unit roundoff times the sum of the products' absolute values. The dot
// product itself, or |Ax| |y|, may be small by cancellation inside A x, which rounding knows
// nothing of. Where the denominator is 0 (no term at all) both sides must be exactly 0.
#include "support/dot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/job.hpp"

namespace {

using Wide = std::complex<long double>;

Wide dot(const Values& a, const Values& b) {
  Wide out;
  for (std::size_t i = 0; i < a.size(); ++i) out += std::conj(Wide(a[i])) * Wide(b[i]);
  return out;
}

double relative(Wide a, Wide b, double denominator) {
  const double miss = static_cast<double>(std::abs(a - b));
  if (denominator > 0) return miss / denominator;
  return miss == 0 ? 0 : std::numeric_limits<double>::infinity();
}

// The operator at 0: what PPATCH_BOUNDARY_CONSTANT adds to its linear part.
Values difference(const Values& a, const Values& b) {
  Values out = a;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] -= b[i];
  return out;
}

double magnitude_dot(const std::vector<double>& a, const Values& b) {
  double out = 0;
  for (std::size_t i = 0; i < a.size(); ++i) out += a[i] * std::abs(b[i]);
  return out;
}

}  // namespace

double dot_tolerance(ppatch_dtype dtype) { return is_double(dtype) ? 1e-12 : 1e-5; }

DotResiduals dot_residuals(const Case& c) {
  Job job(c);
  const oracle::Scan scan = c.scan();
  const Values x = job.image_values();
  const Values y = job.patch_values();
  const Values waves = job.wave_values();
  const oracle::Probe probe = job.probe();

  HostArray nothing(c.dtype, job.image().shape());
  for (std::int64_t i = 0; i < nothing.size(); ++i) nothing.set(i, 0);
  HostArray at_zero(c.dtype, job.patches().shape());
  job.plan().extract(nothing.view(), at_zero.view());
  HostArray waves_at_zero(c.dtype, job.waves().shape());
  job.plan().probe_extract(nothing.view(), job.probe_array().view(), waves_at_zero.view());

  const Values patches = job.canonical(job.extract(), 0);
  const Values all_waves = job.canonical(job.probe_extract(), c.wave_modes());
  const Values linear = difference(patches, job.canonical(at_zero, 0));
  const Values linear_waves = difference(all_waves, job.canonical(waves_at_zero, c.wave_modes()));

  const std::vector<double> bound = oracle::extract_magnitude(scan, x, 0);
  std::vector<double> wave_bound;  // |probe| |A| |x|, element by element of the waves
  const std::int64_t area = c.options.patch_height * c.options.patch_width;
  for (std::size_t i = 0; i < waves.size(); ++i) {
    const std::int64_t patch = static_cast<std::int64_t>(i) / (area * c.modes);
    const std::int64_t rest = static_cast<std::int64_t>(i) % (area * c.modes);
    const std::int64_t position = patch % std::max<std::int64_t>(c.count, 1);
    const std::int64_t from = (c.probe_per_position ? position * area * c.modes : 0) + rest;
    wave_bound.push_back(std::abs(probe.values[from]) * bound[patch * area + rest % area]);
  }

  DotResiduals out{};
  out.extract =
      relative(dot(linear, y), dot(x, job.adjoint(PPATCH_ADJOINT_OVERWRITE).image.values()),
               magnitude_dot(bound, y));
  out.by_image = relative(dot(linear_waves, waves),
                          dot(x, job.probe_adjoint_image(PPATCH_ADJOINT_OVERWRITE).image.values()),
                          magnitude_dot(wave_bound, waves));
  out.by_probe =
      relative(dot(all_waves, waves),
               dot(probe.values, job.probe_adjoint_probe(PPATCH_ADJOINT_OVERWRITE).probe.values()),
               magnitude_dot(wave_bound, waves));
  return out;
}

void make_small(Case& c) {
  const auto shrink = [](std::int64_t& n) { n = 1 + (n - 1) % 16; };
  shrink(c.options.patch_height);
  shrink(c.options.patch_width);
  shrink(c.height);
  shrink(c.width);
  c.count = std::min<std::int64_t>(c.count, 6);
  c.max_elements = 2000;
}
