// SPDX-License-Identifier: Apache-2.0
#include "suite/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "ptychopatch/ptychopatch.h"
#include "suite/machine.hpp"

namespace ptychopatch::bench {

Options parse_options(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Times every operator of libptychopatch in turn with the fastest that this machine's memory\n"
      "can be filled or read, and says what part of that it reaches.",
      "ptychopatch-bench");
  app.set_version_flag("-V,--version", std::string("ptychopatch-bench ") + ppatch_version_string());
  app.add_option("--device", options.devices, "cpu (default) or cuda:N; several run in turn");
  app.add_option("--filter", options.filter, "Only cases whose name has a match of this REGEX")
      ->type_name("REGEX");
  app.add_flag("--quick", options.quick, "Every kind of case on little data: shows that all works");
  app.add_flag("-q,--quiet", options.quiet, "No line a case");
  app.add_flag("--list", options.list, "Print the names of the cases and stop");
  app.add_option("-j,--threads", options.threads, "Threads; 0: as many as there are")
      ->check(CLI::Range(0, 4096));
  app.add_option("--repetitions", options.repetitions, "Pairs of limit and case to time")
      ->check(CLI::Range(1, 100'000));
  app.add_option("--json", options.json, "Write one record a case here")->type_name("FILE");
  app.add_option("--html", options.html, "Write a page with tables and charts here")
      ->type_name("FILE");
  app.add_option("--pictures", options.pictures, "Write the charts into this folder, as SVG")
      ->type_name("FOLDER");
  app.add_option("--render", options.render, "Run nothing; show these reports (of --json)")
      ->type_name("FILE");
  app.add_option("--memory-case", options.memory_case)->group("");
  app.footer(
      "Exit status: 0 done; 1 some cases failed; 2 usage, or a file that cannot be written;\n"
      "3 the device is not there.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    std::exit(app.exit(success));
  }
  if (options.devices.empty()) options.devices = {"cpu"};
  if (options.threads == 0) options.threads = this_machine().cores;
  if (options.repetitions == 0) options.repetitions = options.quick ? 3 : 15;
  return options;
}

}  // namespace ptychopatch::bench
