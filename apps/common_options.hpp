// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli_fwd.hpp"
#include "console.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ptychopatch::app {

// What every command takes.
struct CommonOptions {
  std::string output = "-";
  bool quiet = false;
  bool verbose = false;
  bool overwrite = false;
  bool dry_run = false;
  bool compress = false;
  std::optional<bool> hdf5;  // none: what the output's name says
  std::int64_t threads = 0;
  std::uint64_t memory_budget = 0;
  ppatch_backend backend = PPATCH_BACKEND_AUTO;
  std::int32_t device = 0;
  bool every_device = false;  // of the backend, for what can share work out among them
  ProgressStyle progress = ProgressStyle::none;

  // -q, -v, -j, --device, --memory-budget, --progress
  void add_run_options(CLI::App& app);
  // -o, --format, --overwrite, --dry-run, --compress
  void add_output_options(CLI::App& app);
  void apply(Console& console) const;
  // auto, cpu, cuda or cuda:N.
  void set_device(const std::string& text);
  // As asked for, or all that the process may use.
  int cpu_threads() const;
  // These options for each of the devices, at most `max` of them, with its share of the threads.
  std::vector<CommonOptions> each_device(std::size_t max) const;
  // Of the backend, device, threads and budget.
  ppatch_context_options context() const;
  bool wants_hdf5() const;
};

}  // namespace ptychopatch::app
