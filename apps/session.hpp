// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "choices.hpp"
#include "common_options.hpp"
#include "console.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {

// The library's context for one command: its log goes to the console, its progress too, and an
// interrupt cancels what it does.
class Session {
 public:
  Session(const CommonOptions& options, Console& console);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Context& context() const { return *context_; }
  Console& console() const { return console_; }
  // What works on arrays of files, which are the host's.
  const char* backend_name() const {
    const ppatch_backend backend = context_->info().backend;
    return name_of(backend_choices, backend == PPATCH_BACKEND_AUTO ? PPATCH_BACKEND_CPU : backend);
  }

  // The next call into the library is the part from `begin` to `end` (0 to 1) of the stage.
  void set_part(double begin, double end);

 private:
  static void log(void* self, ppatch_log_level level, const char* message);
  static std::int32_t progress(void* self, double fraction);

  Console& console_;
  double part_begin_ = 0;
  double part_end_ = 1;
  std::optional<Context> context_;
};

// What the process takes beside data once a command is at work: what it holds now, what libraries
// still take, and its threads.
std::uint64_t process_bytes(const CommonOptions& options);

// Of a run that needs that many bytes: the budget to name in a refusal, "51M". What a process holds
// at its start is not the same each time, so there is room for what it may differ by.
std::string sufficient_budget(std::uint64_t needed);

}  // namespace ptychopatch::app
