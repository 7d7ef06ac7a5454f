// SPDX-License-Identifier: Apache-2.0
#include "interrupt.hpp"

#include <atomic>
#include <csignal>

#include "exit_status.hpp"

namespace ptychopatch::app {
namespace {

// Threads that decode look at it too.
std::atomic<bool> raised = false;
static_assert(std::atomic<bool>::is_always_lock_free, "only such may be set by a signal");

void raise_flag(int) { raised = true; }

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = &raise_flag;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  // What the caller has set to be ignored (nohup, a shell's background job) stays ignored.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction old {};
    if (sigaction(signal, nullptr, &old) == 0 && old.sa_handler != SIG_IGN) {
      sigaction(signal, &action, nullptr);
    }
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool interrupted() { return raised; }

void stop_if_interrupted() {
  if (interrupted()) throw Interrupted();
}

}  // namespace ptychopatch::app
