// SPDX-License-Identifier: Apache-2.0
#include "common_options.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>
#include <string_view>

#include "argument.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::app {
namespace {

constexpr const char* kGroup = "Common options";

void set_device(CommonOptions& options, const std::string& text) {
  constexpr std::string_view kCuda = "cuda:";
  options.device = 0;
  if (text == "auto") {
    options.backend = PPATCH_BACKEND_AUTO;
    return;
  }
  if (text == "cpu") {
    options.backend = PPATCH_BACKEND_CPU;
    return;
  }
  options.backend = PPATCH_BACKEND_CUDA;
  if (text == "cuda") return;
  const char* end = text.data() + text.size();
  const char* number = text.starts_with(kCuda) ? text.data() + kCuda.size() : end;
  const auto parsed = std::from_chars(number, end, options.device);
  if (parsed.ec != std::errc() || parsed.ptr != end || options.device < 0) {
    throw UsageError("argument --device: expected auto, cpu or cuda:N, got " +
                     formats::quoted(text));
  }
}

ProgressStyle progress_style(const std::string& text) {
  static constexpr Choice kChoices[] = {{"auto", 0}, {"bar", 1}, {"json", 2}, {"none", 3}};
  switch (parse_choice("--progress", text, kChoices)) {
    case 0:
      return ::isatty(STDERR_FILENO) != 0 ? ProgressStyle::kBar : ProgressStyle::kNone;
    case 1:
      return ProgressStyle::kBar;
    case 2:
      return ProgressStyle::kJson;
    default:
      return ProgressStyle::kNone;
  }
}

}  // namespace

void CommonOptions::add_run_options(CLI::App& app) {
  app.add_flag("-q,--quiet", quiet, "Errors only")->group(kGroup);
  app.add_flag("-v,--verbose", verbose, "What the library does, too")->group(kGroup);
  add_integer(
      app, "-j,--threads", 0, "CPU threads; 0: all that the process may use",
      [this](std::int64_t value) { threads = value; }, std::numeric_limits<std::int32_t>::max())
      ->group(kGroup);
  const std::function<void(const std::string&)> device_function = [this](const std::string& text) {
    set_device(*this, text);
  };
  app.add_option_function("--device", device_function, "auto (default), cpu or cuda:N")
      ->type_name("DEVICE")
      ->group(kGroup);
  const std::function<void(const std::string&)> budget = [this](const std::string& text) {
    memory_budget = parse_size("--memory-budget", text);
  };
  app.add_option_function(
         "--memory-budget", budget,
         "Scratch memory, 800M or 2GiB (default 1GiB); results do not depend on it")
      ->type_name("SIZE")
      ->group(kGroup);
  const std::function<void(const std::string&)> style = [this](const std::string& text) {
    progress = progress_style(text);
  };
  progress = progress_style("auto");
  app.add_option_function("--progress", style,
                          "auto (default: a bar on a terminal), bar, json (lines on stderr), none")
      ->type_name("STYLE")
      ->group(kGroup);
}

void CommonOptions::add_output_options(CLI::App& app) {
  app.add_option("-o,--output", output, "File to write; - is standard output (default)")
      ->type_name("FILE")
      ->group(kGroup);
  const std::function<void(const std::string&)> set_format = [this](const std::string& text) {
    static constexpr Choice kChoices[] = {{"npz", 0}, {"h5", 1}};
    parse_choice("--format", text, kChoices);
    format = text;
  };
  app.add_option_function("--format", set_format,
                          "npz or h5 (default: what the output's name says, else npz)")
      ->type_name("NAME")
      ->group(kGroup);
  app.add_flag("--compress", compress, "Deflate the arrays in the output")->group(kGroup);
  app.add_flag("--overwrite", overwrite, "Replace outputs that exist")->group(kGroup);
  app.add_flag("--dry-run", dry_run, "Check everything, say what would be done, write nothing")
      ->group(kGroup);
}

bool CommonOptions::wants_hdf5() const {
  if (!format.empty()) return format == "h5";
  return output.ends_with(".h5") || output.ends_with(".hdf5");
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
