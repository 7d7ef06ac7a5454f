// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "argument.hpp"
#include "commands/command.hpp"
#include "commands/output_paths.hpp"
#include "commands/suite_program.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "formats/output_file.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {
namespace {

struct BenchOptions {
  std::string page = "ptychopatch-bench.html";
  std::string json, filter;
  std::string device = "auto";
  std::int64_t threads = 0;
  bool quick = false, quiet = false, overwrite = false, dry_run = false;
};

// "auto" is the CPU and every CUDA device there is.
std::vector<std::string> devices(const std::string& asked, Console& console) {
  if (asked != "auto") return {asked};
  std::string missing;
  std::vector<std::string> names = device_names(&missing);
  if (!missing.empty()) console.note("no CUDA device is measured: " + missing);
  return names;
}

std::vector<std::string> suite_arguments(const BenchOptions& options, Console& console) {
  std::vector<std::string> arguments = {"--threads", std::to_string(options.threads)};
  for (const std::string& device : devices(options.device, console)) {
    arguments.insert(arguments.end(), {"--device", device});
  }
  if (!options.filter.empty()) arguments.insert(arguments.end(), {"--filter", options.filter});
  if (options.quick) arguments.emplace_back("--quick");
  if (options.quiet) arguments.emplace_back("--quiet");
  if (options.dry_run) {
    arguments.emplace_back("--list");
    return arguments;
  }
  arguments.insert(arguments.end(), {"--html", options.page});
  if (!options.json.empty()) arguments.insert(arguments.end(), {"--json", options.json});
  return arguments;
}

}  // namespace

Command add_bench(CLI::App& root) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* app = add_word(
      root, "bench", "What every operator costs on this machine, beside what its memory can do");
  OptionSet set(*app);
  set.text("-o,--output", options->page, "FILE", "Page of tables and charts to write (default {})");
  set.text("--json", options->json, "FILE", "Write one record a case here, too");
  set.text("--filter", options->filter, "REGEX", "Only cases whose name has a match of this");
  set.flag("--quick", options->quick, "Little data: shows that all works, measures nothing");
  set.text("--device", options->device, "DEVICE",
           "auto (the CPU and every CUDA device), cpu or cuda:N (default {})");
  set.integer("-j,--threads", options->threads, 0, "CPU threads; 0: all that the process may use",
              4096);
  set.flag("-q,--quiet", options->quiet, "No line a case");
  set.flag("--overwrite", options->overwrite, "Replace outputs that exist");
  set.flag("--dry-run", options->dry_run, "Name the cases and run none");
  return {app, [options](Console& console) -> int {
            console.set_verbosity(options->quiet ? Verbosity::quiet : Verbosity::normal);
            OutputPaths paths;
            paths.add_output("--output", options->page);
            if (!options->json.empty()) paths.add_output("--json", options->json);
            const std::string suite = find_suite();
            for (const std::string& path : {options->page, options->json}) {
              if (path == "-")
                throw UsageError("arguments --output and --json: expected a file, got -");
              if (!path.empty()) formats::OutputTarget::check(path, options->overwrite);
            }
            become_suite(suite, suite_arguments(*options, console));
          }};
}

}  // namespace ptychopatch::app
