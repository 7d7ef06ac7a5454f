// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ptychopatch::app {

// From now on SIGINT and SIGTERM only raise a flag, once: a second one ends the process at once. A
// closed pipe or a file beyond the limit is an error of the write, not a signal.
void catch_interrupts();

bool interrupted();

// Throws Interrupted.
void stop_if_interrupted();

}  // namespace ptychopatch::app
