// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ptychopatch::formats {

// What a child of run_child() begins with: it takes over no signals, prints nothing, leaves no core
// and has no open file but the pipe, whose number is answered.
int begin_child(int pipe);

// Before so many more bytes of data are read: a child may take the memory and the processor's time
// that they need, and what any file needs; it ends where it takes more. Elsewhere nothing is
// limited.
void allow_child(std::uint64_t data_bytes);

}  // namespace ptychopatch::formats
