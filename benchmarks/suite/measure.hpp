// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BENCHMARKS_SUITE_MEASURE_HPP_
#define PTYCHOPATCH_BENCHMARKS_SUITE_MEASURE_HPP_

#include <benchmark/benchmark.h>

#include "suite/case.hpp"
#include "suite/device.hpp"
#include "suite/report.hpp"
#include "suite/roof.hpp"

namespace ptychopatch::bench {

// The numbers of a record; what run they are of is the caller's to add. Throws where the case
// cannot be run. least_seconds: what one timing should take.
Record measure_case(const Case& one, const Device& device, double least_seconds,
                    benchmark::State& state);

RoofRecord measure_roof(Roof roof, std::int64_t bytes, int threads, double least_seconds,
                        benchmark::State& state);

}  // namespace ptychopatch::bench

#endif  // PTYCHOPATCH_BENCHMARKS_SUITE_MEASURE_HPP_
