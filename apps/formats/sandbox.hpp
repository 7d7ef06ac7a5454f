// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ptychopatch::formats {

// Leaves this process, a child of one thread or more, the calls of the system that reading files
// takes, until it ends: memory of its own, files that are opened for reading, its pipe, its clock
// and threads. The network, programs, other processes and files opened for writing end it with
// SIGSYS; whatever else it asks for is answered as if the system had no such call. False where this
// program was built without libseccomp or with a sanitizer, or the system has no such filters.
bool enter_sandbox();

// Prepares it, in the parent: a child then only asks the system for it.
void prepare_sandbox();

// Whether this program was built with one.
bool has_sandbox();

}  // namespace ptychopatch::formats
