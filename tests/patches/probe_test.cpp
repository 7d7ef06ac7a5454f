// SPDX-License-Identifier: Apache-2.0
//
// The scale is the largest sum of absolute terms, as for the adjoint.
#include <algorithm>

#include "patches/support/sums_test.hpp"

namespace {

class Probe : public SumsTest {};

Values real_part(const Values& values) {
  Values out;
  for (const Complex& value : values) out.emplace_back(value.real());
  return out;
}

Values absolute(const Values& values) {
  Values out;
  for (const Complex& value : values) out.emplace_back(std::abs(value));
  return out;
}

TEST_P(Probe, ExtractAgreesWithTheOracle) {
  run(5, [](const Case& c) {
    Job job(c);
    const Values got = job.canonical(job.probe_extract(), c.wave_modes());
    const Values want = oracle::probe_extract(c.scan(), job.image_values(), job.probe());
    const double outside = std::abs(Complex(c.options.constant_real, c.options.constant_imag));
    expect_close(got, want,
                 largest(job.probe().values) * std::max(largest(job.image_values()), outside),
                 tolerance(c.dtype), "wave element");
  });
}

TEST_P(Probe, AdjointByImageAgreesWithTheOracle) {
  run(5, [](const Case& c) {
    Job job(c);
    const oracle::Scan scan = c.scan();
    const double limit = sum_tolerance(c.dtype, scan);
    oracle::Probe bound = job.probe();
    bound.values = absolute(bound.values);
    const Values power = oracle::probe_power(scan, job.probe());
    const Wanted wanted = {
        oracle::adjoint(scan, oracle::probe_weighted(scan, job.wave_values(), job.probe())),
        largest(oracle::adjoint_magnitude(
            scan, oracle::probe_weighted(scan, absolute(job.wave_values()), bound),
            oracle::least_weight)),
        real_part(oracle::adjoint(scan, power)),
        largest(oracle::adjoint_magnitude(scan, power, oracle::least_weight))};
    const Job::Sums over = job.probe_adjoint_image(PPATCH_ADJOINT_OVERWRITE);
    const Job::Sums more = job.probe_adjoint_image(PPATCH_ADJOINT_ACCUMULATE);
    expect_sums(over, more, wanted, limit);
  });
}

TEST_P(Probe, AdjointByProbeAgreesWithTheOracle) {
  run(5, [](const Case& c) {
    Job job(c);
    const oracle::Scan scan = c.scan();
    const Values want =
        oracle::probe_adjoint_probe(scan, job.image_values(), job.wave_values(), job.probe());
    const double scale = largest(oracle::probe_adjoint_probe_magnitude(
        scan, job.image_values(), job.wave_values(), job.probe()));
    const double limit = probe_sum_tolerance(c.dtype, scan);
    expect_close(job.probe_adjoint_probe(PPATCH_ADJOINT_OVERWRITE).probe.values(), want, scale,
                 limit, "probe");
    const Job::ProbeSum more = job.probe_adjoint_probe(PPATCH_ADJOINT_ACCUMULATE);
    expect_close(more.probe.values(), sum(more.before, want), scale + 1, limit,
                 "accumulated probe");
  });
}

TEST_P(Probe, AdjointByImageIsTheSameWithoutCoverage) {
  run(2, [](const Case& c) {
    Job job(c);
    const Job::Sums with = job.probe_adjoint_image(PPATCH_ADJOINT_OVERWRITE);
    HostArray without(c.dtype, with.image.shape());
    job.plan().probe_adjoint_image(job.waves().view(), job.probe_array().view(), without.view());
    expect_same_bits({with.image}, {without}, "image without coverage");
  });
}

INSTANTIATE_TEST_SUITE_P(Kinds, Probe, all_kinds(), kind_name);

}  // namespace
