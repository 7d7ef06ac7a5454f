// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "suite/bandwidth.hpp"
#include "suite/device.hpp"
#include "suite/options.hpp"
#include "suite/patches/case.hpp"
#include "suite/report.hpp"

namespace ptychopatch::bench {

// All that can be run and that the filter chooses.
class Suite {
 public:
  // What there is to run on a backend. Throws std::invalid_argument for a filter that is no regular
  // expression.
  Suite(const Options& options, ppatch_backend backend);

  std::vector<std::string> names() const;
  // Prints a line a case while it runs, unless it shall be quiet.
  Report run(const Device& device);
  MemoryRecord run_memory_case(const Device& device, const std::string& name) const;

 private:
  struct LimitCase {
    BandwidthLimit limit;
    std::int64_t bytes;
    int threads;
    std::string name() const;
  };
  struct TimedCase {
    std::string name;
    std::function<Record(const Device&, benchmark::State&)> measure;
  };

  void add_benchmark(const std::string& name,
                     const std::function<void(benchmark::State&)>& measure);
  void add_case(const TimedCase& one, const Device& device);
  void add_limit(const LimitCase& one, const Device& device);
  void run_memory_cases(const Device& device);
  bool chosen(const std::string& name) const;

  const Options options_;
  std::regex filter_;
  std::vector<TimedCase> timed_;
  std::vector<Case> memory_;
  std::vector<LimitCase> limits_;
  Report report_;
};

}  // namespace ptychopatch::bench
