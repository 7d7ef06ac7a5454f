// SPDX-License-Identifier: Apache-2.0
//
// Waves are (patches, modes, h, w); a probe is (modes, h, w), or (K, modes, h, w) per position.
#pragma once

#include <vector>

#include "oracle/patches/patches.hpp"

namespace oracle {

struct Probe {
  Values values;
  std::int64_t modes;
  bool per_position;
};

Values probe_extract(const Scan& scan, const Values& image, const Probe& probe);

// sum over modes of conj(probe) waves, (patches, h, w): the patches whose adjoint is the answer.
Values probe_weighted(const Scan& scan, const Values& waves, const Probe& probe);
Values probe_power(const Scan& scan, const Probe& probe);

Values probe_adjoint_probe(const Scan& scan, const Values& image, const Values& waves,
                           const Probe& shape_of);
std::vector<double> probe_adjoint_probe_magnitude(const Scan& scan, const Values& image,
                                                  const Values& waves, const Probe& shape_of);

}  // namespace oracle
