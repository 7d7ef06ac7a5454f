// SPDX-License-Identifier: Apache-2.0
#include "common_options.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "argument.hpp"
#include "exit_status.hpp"
#include "formats/child_process.hpp"
#include "formats/format_error.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {
namespace {

constexpr const char* group = "Common options";

ProgressStyle automatic_style() {
  return ::isatty(STDERR_FILENO) != 0 ? ProgressStyle::bar : ProgressStyle::none;
}

}  // namespace

void CommonOptions::set_device(const std::string& text) {
  constexpr std::string_view cuda = "cuda:";
  device = 0;
  every_device = false;
  for (const auto& [name, choice] : backend_choices) {
    if (text != name) continue;
    backend = choice;
    every_device = choice == PPATCH_BACKEND_CUDA;
    return;
  }
  backend = PPATCH_BACKEND_CUDA;
  const char* end = text.data() + text.size();
  const char* number = text.starts_with(cuda) ? text.data() + cuda.size() : end;
  const auto parsed = std::from_chars(number, end, device);
  if (parsed.ec != std::errc() || parsed.ptr != end || device < 0) {
    throw UsageError("argument --device: expected auto, cpu, cuda or cuda:N, got " +
                     formats::quoted(text));
  }
}

int CommonOptions::cpu_threads() const {
  if (threads != 0) return static_cast<int>(threads);
  ppatch_context_options options = context_options();
  options.backend = PPATCH_BACKEND_CPU;
  return Context(options).info().num_threads;
}

std::vector<CommonOptions> CommonOptions::each_device(std::size_t max) const {
  std::int32_t devices = 1;
  // That there is none is told by who makes a context.
  if (every_device && ppatch_backend_probe(backend, &devices) != PPATCH_OK) devices = 1;
  const std::size_t count = formats::beside_threads
                                ? std::clamp<std::size_t>(max, 1, static_cast<std::size_t>(devices))
                                : 1;
  std::vector<CommonOptions> each(count, *this);
  if (count == 1) return each;
  const std::int64_t all = cpu_threads();
  for (std::size_t i = 0; i < count; ++i) {
    each[i].device = static_cast<std::int32_t>(i);
    each[i].threads = std::max<std::int64_t>(1, all / static_cast<std::int64_t>(count));
  }
  return each;
}

ppatch_context_options CommonOptions::context() const {
  ppatch_context_options options = context_options();
  options.backend = backend;
  options.device = device;
  options.num_threads = static_cast<std::int32_t>(threads);
  options.memory_budget = memory_budget;
  return options;
}

void CommonOptions::add_run_options(CLI::App& app) {
  OptionSet set(app, group);
  set.flag("-q,--quiet", quiet, "Errors only");
  set.flag("-v,--verbose", verbose, "What the library does, too");
  set.integer("-j,--threads", threads, 0, "CPU threads; 0: all that the process may use",
              std::numeric_limits<std::int32_t>::max());
  set.parsed("--device", "DEVICE",
             "auto (default), cpu or cuda:N; cuda is the first, and all of them for align",
             [this](const std::string& text) { set_device(text); });
  set.parsed(
      "--memory-budget", "SIZE",
      "Memory of the process, 800M or 2GiB (default 1GiB beside images and arrays, less in a "
      "control group); align and extract refuse what it does not hold; results do not depend on it",
      [this](const std::string& text) { memory_budget = parse_size("--memory-budget", text); });
  progress = automatic_style();
  set.parsed("--progress", "STYLE",
             "auto (default: a bar on a terminal), bar, json (lines on stderr), none",
             [this](const std::string& text) {
               constexpr std::int32_t automatic = -1;
               static constexpr Choice choices[] = {{"auto", automatic},
                                                    choice_of("bar", ProgressStyle::bar),
                                                    choice_of("json", ProgressStyle::json),
                                                    choice_of("none", ProgressStyle::none)};
               const std::int32_t style = parse_choice("--progress", text, choices);
               progress =
                   style == automatic ? automatic_style() : static_cast<ProgressStyle>(style);
             });
}

void CommonOptions::add_output_options(CLI::App& app) {
  OptionSet set(app, group);
  set.text("-o,--output", output, "FILE", "File to write; - is standard output (default)");
  set.parsed("--format", "NAME", "npz or h5 (default: what the output's name says, else npz)",
             [this](const std::string& text) {
               static constexpr Choice choices[] = {{"npz", 0}, {"h5", 1}};
               hdf5 = parse_choice("--format", text, choices) == 1;
             });
  set.flag("--compress", compress, "Deflate the arrays in the output");
  set.flag("--overwrite", overwrite, "Replace outputs that exist");
  set.flag("--dry-run", dry_run, "Check everything, say what would be done, write nothing");
}

bool CommonOptions::wants_hdf5() const {
  return hdf5 ? *hdf5 : output.ends_with(".h5") || output.ends_with(".hdf5");
}

void CommonOptions::apply(Console& console) const {
  if (quiet && verbose) throw UsageError("arguments --quiet and --verbose exclude each other");
  console.set_verbosity(quiet     ? Verbosity::quiet
                        : verbose ? Verbosity::verbose
                                  : Verbosity::normal);
  const bool silent = quiet && progress != ProgressStyle::json;
  console.set_progress(silent ? ProgressStyle::none : progress);
}

}  // namespace ptychopatch::app
