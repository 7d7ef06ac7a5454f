// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include "suite/bandwidth.hpp"
#include "suite/device.hpp"
#include "suite/patches/case.hpp"
#include "suite/patches/pairs.hpp"
#include "suite/report.hpp"

namespace ptychopatch::bench {

// Throws where that is more than a machine that also runs something else can spare.
void require_memory(std::int64_t bytes, const Gpu* gpu);

// What a case is timed in turn with.
struct LimitBeside {
  BandwidthLimit limit;
  std::vector<const Buffer*> buffers;  // one after the other; more than one on a card alone
  int threads = 1;
  const void* from = nullptr;  // pinned, for host_to_device
};

// Whether work has been done when it returns, or is only enqueued on the card.
enum class Work { done, enqueued };

// Times pairs as long as state says so, and adds what came out to a record that has its bytes.
void time_beside(const LimitBeside& beside, const std::function<void()>& work, Work how,
                 double min_seconds, benchmark::State& state, Record& record);

// The numbers of a record; what run they are of is the caller's to add. Throws where the case
// cannot be run. min_seconds: what one timing should take.
Record measure_case(const Case& one, const Device& device, double min_seconds,
                    benchmark::State& state);

LimitRecord measure_limit(BandwidthLimit limit, std::int64_t bytes, int threads, const Gpu* gpu,
                          double min_seconds, benchmark::State& state);

}  // namespace ptychopatch::bench
