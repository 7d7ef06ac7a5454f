// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ptychopatch::formats {

enum class Sandbox {
  entered,
  not_built,      // this program was built without libseccomp or with a sanitizer
  not_supported,  // the system has no such filters
  switched_off,   // the environment has PPATCH_SANDBOX=off
  refused         // the system has them and does not let this process have one
};

// Leaves this process, a child of one thread or more, the calls of the system that reading files
// takes, until it ends: memory of its own, files that are opened for reading, its pipe, its clock
// and threads. The network, programs, other processes and files opened for writing end it with
// SIGSYS; whatever else it asks for is answered as if the system had no such call. Where it is
// refused nothing is to be read.
Sandbox enter_sandbox();

// Prepares it, in the parent: a child then only asks the system for it.
void prepare_sandbox();

// How a child that tries to enter it fares.
Sandbox probe_sandbox();

// As what info says of decoders.
const char* text_of(Sandbox sandbox);

}  // namespace ptychopatch::formats
