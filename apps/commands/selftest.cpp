// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include "argument.hpp"
#include "commands/command.hpp"
#include "commands/suite_program.hpp"
#include "common_options.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/json_text.hpp"
#include "selftest/known_answers.hpp"

namespace ptychopatch::app {
namespace {

struct SelftestOptions {
  std::string device = "auto";
  std::int64_t threads = 0;
  bool no_speed = false;
};

// A file's name for as long as it lives.
class TemporaryFile {
 public:
  TemporaryFile() {
    const int file = ::mkstemp(path_.data());
    if (file < 0) throw formats::system_error("cannot make a file " + formats::quoted(path_));
    ::close(file);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ =
      (std::filesystem::temp_directory_path() / "ptychopatch-selftest-XXXXXX").string();
};

Context context_on(const std::string& device, std::int64_t threads) {
  CommonOptions common;
  common.set_device(device);
  ppatch_context_options options = context_options();
  options.backend = common.backend;
  options.device = common.device;
  options.num_threads = static_cast<std::int32_t>(threads);
  return Context(options);
}

std::string number(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

void print(const std::string& name, const std::string& text) {
  std::cout << "  " << name << std::string(name.size() < 26 ? 26 - name.size() : 1, ' ') << text
            << '\n';
}

// Whether all answers are good.
bool check_answers(const std::string& device, const SelftestOptions& options) {
  const Context context = context_on(device, options.threads);
  const bool is_cpu = device == "cpu";
  // The CPU's bits depend on no number of threads; a card's are the CPU's.
  const Context other = context_on("cpu", is_cpu ? 1 : options.threads);
  std::cout << device << ", " << context.info().device_name << "\n\n  operator                  "
            << "error beside the known answer, and whether the bits are those of "
            << (is_cpu ? "one thread" : "the CPU") << '\n';
  const std::vector<KnownAnswer> got = known_answers(context);
  const std::vector<KnownAnswer> want = known_answers(other);
  bool good = true;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const KnownAnswer& one = got[i];
    const bool same = one.bits == want[i].bits;
    const bool must_be_same = one.same_bits_promised || is_cpu;
    const bool passed = one.good() && (same || !must_be_same);
    good = good && passed;
    print(one.name, number("%8.1e", one.error) + number(" of %7.1e", one.limit) +
                        (same           ? "   same bits   "
                         : must_be_same ? "   OTHER BITS  "
                                        : "   not promised") +
                        (passed ? "   ok" : "   FAILED"));
  }
  std::cout << '\n';
  return good;
}

void print_speed(const std::string& device, const SelftestOptions& options) {
  const TemporaryFile report;
  const int status =
      run_suite({"--device", device, "--threads", std::to_string(options.threads), "--quiet",
                 "--filter", "^main/.*/c64/bilinear/N128/.*/raster/", "--json", report.path()});
  const auto json = formats::parse_json(
      formats::read_text_file(report.path(), formats::max_index_bytes), "the report");
  if (status != done || !json.is_object()) {
    throw Error(PPATCH_ERROR_INTERNAL, "the benchmark suite ended with status " +
                                           std::to_string(status) + " and without a report");
  }
  std::cout << "  operator                  complex64, 1024 patches of 128 x 128: share of what "
               "the memory can do\n";
  for (const auto& record : json.at("records")) {
    print(record.at("operation").get<std::string>(),
          number("%6.0f %% of ", 100 * record.at("share_of_limit").get<double>()) +
              record.at("limit").get<std::string>() +
              number(", %.1f GB/s", record.at("gigabytes_per_second").get<double>()));
  }
  std::cout << '\n';
}

int run(const SelftestOptions& options, Console& console) {
  std::string missing;
  const std::vector<std::string> devices =
      options.device == "auto" ? device_names(&missing) : std::vector<std::string>{options.device};
  std::cout << "ptychopatch " << ppatch_version_string() << "\n\n";
  if (!missing.empty()) console.note("no CUDA device is tested: " + missing);
  bool good = true;
  for (const std::string& device : devices) {
    good = check_answers(device, options) && good;
    if (!options.no_speed) print_speed(device, options);
  }
  std::cout << (good ? "all answers are right" : "some answers are WRONG: do not use this device")
            << '\n';
  return good ? done : done_in_part;
}

}  // namespace

Command add_selftest(CLI::App& root) {
  const auto options = std::make_shared<SelftestOptions>();
  CLI::App* app = add_word(
      root, "selftest",
      "Known answers of every operator on this machine's devices, and their speed",
      "Exit status: 0 all answers are right; 1 one is wrong; 2 usage; 3 there is no such device.");
  OptionSet set(*app);
  set.text("--device", options->device, "DEVICE",
           "auto (the CPU and every CUDA device), cpu or cuda:N (default {})");
  set.integer("-j,--threads", options->threads, 0, "CPU threads; 0: all that the process may use",
              4096);
  set.flag("--no-speed", options->no_speed, "Answers alone");
  return {app, [options](Console& console) { return run(*options, console); }};
}

}  // namespace ptychopatch::app
