// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "cli_fwd.hpp"
#include "console.hpp"

namespace ptychopatch::app {

// A word after `ptychopatch` and what it does; run answers an ExitStatus or throws.
struct Command {
  CLI::App* app;
  std::function<int(Console&)> run;
};

// Work(options, console).run(), with what the command line has set.
template <class Work, class Options>
Command command(CLI::App* app, const std::shared_ptr<Options>& options) {
  return {app, [options](Console& console) {
            options->common.apply(console);
            return Work(*options, console).run();
          }};
}

Command add_info(CLI::App& root);
Command add_extract(CLI::App& root);
Command add_assemble(CLI::App& root);
Command add_group(CLI::App& root);
Command add_positions(CLI::App& root);
Command add_simulate(CLI::App& root);
Command add_simulate_scene(CLI::App& simulate);  // of add_simulate
Command add_bench(CLI::App& root);
Command add_selftest(CLI::App& root);
Command add_align(CLI::App& root);

}  // namespace ptychopatch::app
