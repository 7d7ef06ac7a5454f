// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ptychopatch::formats {

// What a child that reads files may take of memory and of the processor's time. It follows the data
// that the child has found, which only the child knows; so the child sets it itself, below bounds
// that it cannot move: this machine's memory, or its control group's, and the time that so much
// data takes. It keeps no right of a superuser's but to read files.

// In the parent, before a child: what a child then does not have to find out.
void prepare_child_limits();

// In the child, for the rest of its life.
void begin_child_limits();

// Before so many more bytes of data are read: a child may take the memory and the processor's time
// that they need, and what any file needs; it ends where it takes more. Elsewhere nothing is
// limited.
void allow_child(std::uint64_t data_bytes);

// So much memory is the most that a child takes from now on, and it is told of the file that needs
// more; 0: as much as its data need.
void limit_children(std::uint64_t bytes);

// What limit_children said last.
std::uint64_t child_memory();

}  // namespace ptychopatch::formats
