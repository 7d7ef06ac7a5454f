// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "commands/command.hpp"
#include "descriptors.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "interrupt.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {
namespace {

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

void flush_standard_output() {
  // What failed before now left no reason, but it fails again.
  const bool lost = !std::cout;
  errno = 0;
  if (std::cout.flush()) return;
  if (lost) errno = ::write(STDOUT_FILENO, "\n", 1) < 0 ? errno : EIO;
  throw formats::system_error("cannot write standard output");
}

// What was thrown becomes one sentence and an exit status.
int report(Console& console, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const UsageError& error) {
    console.error(one_line(error.what()));
    return bad_input;
  } catch (const formats::FormatError& error) {
    console.error(one_line(error.what()));
    return bad_input;
  } catch (const Interrupted& error) {
    console.error(error.what());
    return run_failed;
  } catch (const Error& error) {
    const bool cancelled = error.status() == PPATCH_ERROR_CANCELLED;
    console.error(cancelled ? std::string(Interrupted().what())
                            : std::string(ppatch_status_string(error.status())) + ": " +
                                  one_line(sentence(error)));
    return exit_status(error.status());
  } catch (const std::bad_alloc&) {
    console.error("out of memory, nothing was written");
    return run_failed;
  } catch (const std::exception& error) {
    console.error(one_line(error.what()));
    return run_failed;
  }
}

std::string usage_sentence(const CLI::App& root, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = root.remaining(true);
  if (!unknown.empty()) return "argument " + formats::quoted(unknown[0]) + " is unexpected";
  const bool mismatch = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
  return (mismatch ? "wrong number of values for argument " : "") + one_line(error.what());
}

// An empty text is no value of any argument, but CLI11 would take the next one for it: as of a
// variable that is not set, in `--mask "$MASK" -o out.json`.
void refuse_empty(const std::vector<std::string>& arguments) {
  bool takes_options = true;
  std::string before;
  for (const std::string& text : arguments) {
    takes_options = takes_options && text != "--";
    const bool is_unset =
        takes_options && text.starts_with("--") && text.find('=') == text.size() - 1;
    if (text.empty() || is_unset) {
      const std::string name = is_unset ? text.substr(0, text.size() - 1) : before;
      const bool is_named = takes_options && name.size() > 1 && name.starts_with('-');
      throw UsageError((is_named ? "argument " + name + ": " : "") + "expected a value, got ''");
    }
    before = text;
  }
}

int run(int argc, char** argv, Console& console) {
  CLI::App root(
      "Extracts sub-pixel patches from images at scan positions, puts them back, groups positions, "
      "and aligns images.",
      "ptychopatch");
  root.set_version_flag("-V,--version", std::string("ptychopatch ") + ppatch_version_string());
  root.require_subcommand(1);
  root.footer(
      "Exit status: 0 done; 1 done in part; 2 usage, or a file that cannot be read or written;\n"
      "3 device, memory or interruption.");
  const std::vector<Command> commands = {
      add_info(root),     add_extract(root),   add_assemble(root),
      add_group(root),    add_positions(root), add_align(root),
      add_simulate(root), add_bench(root),     add_selftest(root)};
  refuse_empty({argv + std::min(argc, 1), argv + argc});
  try {
    root.parse(argc, argv);
  } catch (const CLI::Success& success) {  // help or version
    root.exit(success, std::cout, std::cerr);
    flush_standard_output();
    return done;
  } catch (const CLI::ParseError& error) {
    throw UsageError(usage_sentence(root, error) + "; see ptychopatch --help");
  }
  for (const Command& command : commands) {
    if (!command.app->parsed()) continue;
    const int status = command.run(console);
    flush_standard_output();
    return status;
  }
  return bad_input;
}

}  // namespace
}  // namespace ptychopatch::app

int main(int argc, char** argv) {
  namespace app = ptychopatch::app;
  app::catch_interrupts();
  app::Console console;
  try {
    app::prepare_descriptors();
    return app::run(argc, argv, console);
  } catch (...) {
    return app::report(console, std::current_exception());
  }
}
