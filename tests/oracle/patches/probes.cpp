// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/probes.hpp"

namespace oracle {
namespace {

// Calls visit(patch element, wave element, probe element) for every element of the waves.
template <class Visit>
void for_each_wave(const Scan& scan, const Probe& probe, Visit visit) {
  const std::int64_t area = scan.options.patch_height * scan.options.patch_width;
  const std::vector<PatchPlace> all = patch_places(scan);
  for (std::size_t c = 0; c < all.size(); ++c) {
    for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
      const std::int64_t which = (probe.per_position ? all[c].position * probe.modes : 0) + mode;
      for (std::int64_t i = 0; i < area; ++i) {
        visit(c * area + i, (c * probe.modes + mode) * area + i, which * area + i);
      }
    }
  }
}

std::size_t patch_elements(const Scan& scan) {
  return patch_places(scan).size() * scan.options.patch_height * scan.options.patch_width;
}

}  // namespace

Values probe_extract(const Scan& scan, const Values& image, const Probe& probe) {
  const Values patches = extract(scan, image);
  Values waves(patches.size() * probe.modes);
  for_each_wave(scan, probe, [&](std::int64_t p, std::int64_t wave, std::int64_t b) {
    waves[wave] = probe.values[b] * patches[p];
  });
  return waves;
}

Values probe_weighted(const Scan& scan, const Values& waves, const Probe& probe) {
  Values patches(patch_elements(scan));
  for_each_wave(scan, probe, [&](std::int64_t p, std::int64_t wave, std::int64_t b) {
    patches[p] += std::conj(probe.values[b]) * waves[wave];
  });
  return patches;
}

Values probe_power(const Scan& scan, const Probe& probe) {
  Values patches(patch_elements(scan));
  for_each_wave(scan, probe, [&](std::int64_t p, std::int64_t, std::int64_t b) {
    patches[p] += std::norm(probe.values[b]);
  });
  return patches;
}

Values probe_adjoint_probe(const Scan& scan, const Values& image, const Values& waves,
                           const Probe& shape_of) {
  const Values patches = extract(scan, image);
  std::vector<std::complex<long double>> sums(shape_of.values.size());
  for_each_wave(scan, shape_of, [&](std::int64_t p, std::int64_t wave, std::int64_t b) {
    sums[b] += std::conj(patches[p]) * waves[wave];
  });
  Values out;
  for (const auto& sum : sums) out.emplace_back(sum);
  return out;
}

std::vector<double> probe_adjoint_probe_magnitude(const Scan& scan, const Values& image,
                                                  const Values& waves, const Probe& shape_of) {
  const std::vector<double> patches = extract_magnitude(scan, image, least_weight);
  std::vector<double> out(shape_of.values.size());
  for_each_wave(scan, shape_of, [&](std::int64_t p, std::int64_t wave, std::int64_t b) {
    out[b] += patches[p] * std::abs(waves[wave]);
  });
  return out;
}

}  // namespace oracle
