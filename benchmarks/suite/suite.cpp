// SPDX-License-Identifier: Apache-2.0
#include "suite/suite.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <span>

#include "suite/groups/group_case.hpp"
#include "suite/measure.hpp"
#include "suite/patches/case_list.hpp"
#include "suite/patches/memory_use.hpp"
#include "suite/registration/scene_case.hpp"

namespace ptychopatch::bench {
namespace {

std::string now() {
  const std::time_t time = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

constexpr BandwidthLimit limits_of_hosts[] = {BandwidthLimit::memset, BandwidthLimit::fill,
                                              BandwidthLimit::memcpy, BandwidthLimit::read};
constexpr BandwidthLimit limits_of_cards[] = {
    BandwidthLimit::device_memset, BandwidthLimit::device_copy, BandwidthLimit::device_read,
    BandwidthLimit::host_to_device};

double min_seconds(const Options& options) { return options.quick ? 1e-4 : 5e-3; }

// "; before: 1980 MHz, 2619 MHz, 121 W, 40" of the multiprocessors' clock, the memory's, power and
// temperature, or nothing.
std::string before_and_after(const char* when, int ordinal) {
  const std::string clocks = clocks_of(ordinal);
  return clocks.empty() ? "" : std::string("; ") + when + ": " + clocks;
}

// One line a case, as it is done.
class LinePrinter : public benchmark::BenchmarkReporter {
 public:
  explicit LinePrinter(bool quiet) : quiet_(quiet) {}

  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    if (quiet_) return;
    for (const Run& run : runs) {
      const std::string& name = run.run_name.function_name;
      if (run.error_occurred) {
        std::printf("%-72s failed: %s\n", name.c_str(), run.error_message.c_str());
      } else {
        std::printf("%-72s %11.3f ms %8.2f GB/s", name.c_str(), 1e3 * run.counters.at("seconds"),
                    static_cast<double>(run.counters.at("GB/s")));
        const auto share = run.counters.find("limit");
        if (share != run.counters.end()) {
          std::printf("  %6.1f %% of the limit", 100 * static_cast<double>(share->second));
        }
        std::printf("\n");
      }
    }
    std::fflush(stdout);
  }

 private:
  bool quiet_;
};

}  // namespace

std::string Suite::LimitCase::name() const {
  return "limits/" + bench::name(limit) + "/" + std::to_string(bytes) + "/threads" +
         std::to_string(threads);
}

Suite::Suite(const Options& options, ppatch_backend backend) : options_(options) {
  try {
    filter_ = std::regex(options.filter);
  } catch (const std::regex_error& error) {
    throw std::invalid_argument("--filter: '" + options.filter +
                                "' is no regular expression: " + error.what());
  }
  const bool on_card = backend == PPATCH_BACKEND_CUDA;
  // On a card threads are the library's own matter.
  const int threads = on_card ? 1 : options.threads;
  for (const std::int64_t bytes : limit_sizes(backend, options.quick)) {
    for (const BandwidthLimit limit :
         on_card ? std::span<const BandwidthLimit>(limits_of_cards) : limits_of_hosts) {
      for (int fewer = 1; fewer < threads; fewer *= 2) limits_.push_back({limit, bytes, fewer});
      limits_.push_back({limit, bytes, threads});
    }
  }
  const double seconds = min_seconds(options);
  const auto add = [this, seconds](const auto& cases, const auto& measure) {
    for (const auto& one : cases) {
      timed_.push_back(
          {one.name(), [one, measure, seconds](const Device& device, benchmark::State& state) {
             return measure(one, device, seconds, state);
           }});
    }
  };
  add(timed_cases(threads, backend, options.quick), &measure_case);
  add(group_cases(threads, backend, options.quick), &measure_groups);
  add(scene_cases(threads, backend, options.quick), &measure_scene);
  if (!on_card) memory_ = memory_cases(threads, options.quick);
  std::erase_if(limits_, [this](const LimitCase& one) { return !chosen(one.name()); });
  std::erase_if(timed_, [this](const TimedCase& one) { return !chosen(one.name); });
  std::erase_if(memory_, [this](const Case& one) { return !chosen(one.name()); });
}

bool Suite::chosen(const std::string& name) const { return std::regex_search(name, filter_); }

std::vector<std::string> Suite::names() const {
  std::vector<std::string> all;
  for (const LimitCase& one : limits_) all.push_back(one.name());
  for (const TimedCase& one : timed_) all.push_back(one.name);
  for (const Case& one : memory_) all.push_back(one.name());
  return all;
}

Report Suite::run(const Device& device) {
  report_ = {};
  report_.library_version = ppatch_version_string();
  report_.commit = PTYCHOPATCH_COMMIT;
  report_.date = now();
  report_.backend = device.backend_name();
  report_.machine = this_machine();
  const ppatch_context_info info = device.context(options_.threads, 0).info();
  report_.machine.simd = info.simd;
  if (device.gpu()) {
    const GpuFacts facts = device.gpu()->facts();
    report_.machine.device = std::string(facts.name) + " (" + facts.versions + ")";
    report_.machine.device += before_and_after("before", device.gpu()->ordinal());
  }
  report_.quick = options_.quick;

  benchmark::ClearRegisteredBenchmarks();
  for (const LimitCase& one : limits_) add_limit(one, device);
  for (const TimedCase& one : timed_) add_case(one, device);
  LinePrinter printer(options_.quiet);
  benchmark::RunSpecifiedBenchmarks(&printer);
  if (device.gpu()) {
    report_.machine.device += before_and_after("after", device.gpu()->ordinal());
  }
  run_memory_cases(device);
  return report_;
}

void Suite::add_benchmark(const std::string& name,
                          const std::function<void(benchmark::State&)>& measure) {
  const auto run = [this, name, measure](benchmark::State& state) {
    try {
      measure(state);
    } catch (const std::exception& error) {
      report_.skipped.push_back({name, error.what()});
      state.SkipWithError(error.what());
    }
  };
#ifndef __clang_analyzer__  // to which what Google Benchmark keeps for itself looks leaked
  benchmark::RegisterBenchmark(name.c_str(), run)
      ->Iterations(options_.repetitions)
      ->UseManualTime();
#endif
}

void Suite::add_case(const TimedCase& one, const Device& device) {
  add_benchmark(one.name, [this, one, &device](benchmark::State& state) {
    Record record = one.measure(device, state);
    record.machine = report_.machine.summary();
    record.library_version = report_.library_version;
    record.commit = report_.commit;
    record.date = report_.date;
    state.counters["seconds"] = record.seconds;
    state.counters["GB/s"] = record.gigabytes_per_second;
    state.counters["limit"] = record.share_of_limit;
    report_.records.push_back(record);
  });
}

void Suite::add_limit(const LimitCase& one, const Device& device) {
  add_benchmark(one.name(), [this, one, &device](benchmark::State& state) {
    const LimitRecord record = measure_limit(one.limit, one.bytes, one.threads, device.gpu(),
                                             min_seconds(options_), state);
    state.counters["seconds"] = record.seconds;
    state.counters["GB/s"] = record.gigabytes_per_second;
    report_.limits.push_back(record);
  });
}

void Suite::run_memory_cases(const Device& device) {
  for (const Case& one : memory_) {
    const std::string name = one.name();
    try {
      std::vector<std::string> arguments = {"--memory-case", name};
      arguments.insert(arguments.end(), {"--device", device.name()});
      arguments.insert(arguments.end(), {"--threads", std::to_string(options_.threads)});
      if (options_.quick) arguments.emplace_back("--quick");
      const auto record = nlohmann::json::parse(run_self(arguments)).get<MemoryRecord>();
      if (!options_.quiet) {
        std::printf("%-72s %11.2f MB at the peak, %8.2f MB the plan's\n", name.c_str(),
                    static_cast<double>(record.peak_bytes) / 1e6,
                    static_cast<double>(record.plan_bytes) / 1e6);
      }
      report_.memory.push_back(record);
    } catch (const std::exception& error) {
      if (!options_.quiet) std::printf("%-72s failed: %s\n", name.c_str(), error.what());
      report_.skipped.push_back({name, error.what()});
    }
    std::fflush(stdout);
  }
}

MemoryRecord Suite::run_memory_case(const Device& device, const std::string& wanted) const {
  for (const Case& one : memory_) {
    if (one.name() == wanted) return measure_memory(one, device);
  }
  throw std::invalid_argument("--memory-case: there is no case '" + wanted + "'");
}

}  // namespace ptychopatch::bench
