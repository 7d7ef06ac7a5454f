// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "argument.hpp"
#include "commands/command.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "formats/output_file.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {
namespace {

constexpr const char* kSuite = "ptychopatch-bench";

struct BenchOptions {
  std::string page = "ptychopatch-bench.html";
  std::string json, filter;
  std::string device = "auto";
  std::int64_t threads = 0;
  bool quick = false, quiet = false, overwrite = false, dry_run = false;
};

// Beside the command, as installed; or where the build tree has it.
std::string find_suite() {
  const std::filesystem::path folder =
      std::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (const std::filesystem::path& place :
       {folder / kSuite, folder.parent_path() / "benchmarks" / kSuite}) {
    if (::access(place.c_str(), X_OK) == 0) return place;
  }
  throw Error(PPATCH_ERROR_NOT_BUILT, "there is no " + std::string(kSuite) +
                                          " beside the command, in " +
                                          formats::quoted(folder.string()) +
                                          "; it is built with -DPTYCHOPATCH_BENCHMARKS=ON");
}

// "auto" is the CPU and every CUDA device there is.
std::vector<std::string> devices(const std::string& asked, Console& console) {
  if (asked != "auto") return {asked};
  std::vector<std::string> names = {"cpu"};
  std::int32_t count = 0;
  if (ppatch_backend_probe(PPATCH_BACKEND_CUDA, &count) != PPATCH_OK) {
    console.note(std::string("no CUDA device is measured: ") + ppatch_last_error());
  }
  for (std::int32_t i = 0; i < count; ++i) names.push_back("cuda:" + std::to_string(i));
  return names;
}

std::vector<std::string> suite_arguments(const BenchOptions& options, Console& console) {
  std::vector<std::string> arguments = {kSuite, "--threads", std::to_string(options.threads)};
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

// Does not return: the suite takes this process's place.
[[noreturn]] void become(const std::string& program, std::vector<std::string> arguments) {
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  ::execv(program.c_str(), words.data());
  throw formats::system_error("cannot run " + formats::quoted(program));
}

}  // namespace

Command add_bench(CLI::App& root) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* app = root.add_subcommand(
      "bench", "What every operator costs on this machine, beside what its memory can do");
  app->add_option("-o,--output", options->page, "Page of tables and charts to write")
      ->type_name("FILE")
      ->capture_default_str();
  OptionSet set(*app);
  set.text("--json", options->json, "FILE", "Write one record a case here, too");
  set.text("--filter", options->filter, "REGEX", "Only cases whose name has a match of this");
  set.flag("--quick", options->quick, "Little data: shows that all works, measures nothing");
  app->add_option("--device", options->device,
                  "auto (the CPU and every CUDA device), cpu or cuda:N")
      ->type_name("DEVICE")
      ->capture_default_str();
  set.integer("-j,--threads", options->threads, 0, "CPU threads; 0: all that the process may use",
              4096);
  set.flag("-q,--quiet", options->quiet, "No line a case");
  set.flag("--overwrite", options->overwrite, "Replace outputs that exist");
  set.flag("--dry-run", options->dry_run, "Name the cases and run none");
  return {app, [options](Console& console) -> int {
            console.set_verbosity(options->quiet ? Verbosity::kQuiet : Verbosity::kNormal);
            const std::string suite = find_suite();
            for (const std::string& path : {options->page, options->json}) {
              if (path == "-")
                throw UsageError("arguments --output and --json: expected a file, got -");
              if (!path.empty()) formats::OutputTarget::check(path, options->overwrite);
            }
            become(suite, suite_arguments(*options, console));
          }};
}

}  // namespace ptychopatch::app
