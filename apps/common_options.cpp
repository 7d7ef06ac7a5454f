// SPDX-License-Identifier: Apache-2.0
#include "common_options.hpp"

#include <unistd.h>

#include <charconv>
#include <limits>
#include <string_view>

#include "argument.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::app {
namespace {

constexpr const char* kGroup = "Common options";

ProgressStyle automatic_style() {
  return ::isatty(STDERR_FILENO) != 0 ? ProgressStyle::kBar : ProgressStyle::kNone;
}

}  // namespace

void CommonOptions::set_device(const std::string& text) {
  constexpr std::string_view kCuda = "cuda:";
  device = 0;
  for (const auto& [name, choice] : kBackendChoices) {
    if (text != name) continue;
    backend = choice;
    return;
  }
  backend = PPATCH_BACKEND_CUDA;
  const char* end = text.data() + text.size();
  const char* number = text.starts_with(kCuda) ? text.data() + kCuda.size() : end;
  const auto parsed = std::from_chars(number, end, device);
  if (parsed.ec != std::errc() || parsed.ptr != end || device < 0) {
    throw UsageError("argument --device: expected auto, cpu or cuda:N, got " +
                     formats::quoted(text));
  }
}

void CommonOptions::add_run_options(CLI::App& app) {
  OptionSet set(app, kGroup);
  set.flag("-q,--quiet", quiet, "Errors only");
  set.flag("-v,--verbose", verbose, "What the library does, too");
  set.integer("-j,--threads", threads, 0, "CPU threads; 0: all that the process may use",
              std::numeric_limits<std::int32_t>::max());
  set.parsed("--device", "DEVICE", "auto (default), cpu or cuda:N",
             [this](const std::string& text) { set_device(text); });
  set.parsed(
      "--memory-budget", "SIZE",
      "Scratch memory, 800M or 2GiB (default 1GiB); results do not depend on it",
      [this](const std::string& text) { memory_budget = parse_size("--memory-budget", text); });
  progress = automatic_style();
  set.parsed("--progress", "STYLE",
             "auto (default: a bar on a terminal), bar, json (lines on stderr), none",
             [this](const std::string& text) {
               constexpr std::int32_t kAutomatic = -1;
               static constexpr Choice kChoices[] = {{"auto", kAutomatic},
                                                     choice_of("bar", ProgressStyle::kBar),
                                                     choice_of("json", ProgressStyle::kJson),
                                                     choice_of("none", ProgressStyle::kNone)};
               const std::int32_t style = parse_choice("--progress", text, kChoices);
               progress =
                   style == kAutomatic ? automatic_style() : static_cast<ProgressStyle>(style);
             });
}

void CommonOptions::add_output_options(CLI::App& app) {
  OptionSet set(app, kGroup);
  set.text("-o,--output", output, "FILE", "File to write; - is standard output (default)");
  set.parsed("--format", "NAME", "npz or h5 (default: what the output's name says, else npz)",
             [this](const std::string& text) {
               static constexpr Choice kChoices[] = {{"npz", 0}, {"h5", 1}};
               hdf5 = parse_choice("--format", text, kChoices) == 1;
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
  console.set_verbosity(quiet     ? Verbosity::kQuiet
                        : verbose ? Verbosity::kVerbose
                                  : Verbosity::kNormal);
  const bool silent = quiet && progress != ProgressStyle::kJson;
  console.set_progress(silent ? ProgressStyle::kNone : progress);
}

}  // namespace ptychopatch::app
