// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "formats/channel.hpp"

namespace ptychopatch::formats {

// Thrown where a caller's stop said so.
class Interruption {};

// Work for a library that on damaged files reads and writes beyond its memory, crashes or does not
// end. In a child of its own that costs a file, not this process.
struct ChildWork {
  std::string library;         // as a sentence calls it
  std::string source;          // the file, which begins a sentence
  std::function<bool()> stop;  // asked now and then while the child works
  // For how long it may wait for nothing: neither the processor nor a disk.
  std::chrono::milliseconds patience = std::chrono::minutes(1);
};

// Whether a child may begin while other threads allocate. The sanitizers of GCC 12 leave their
// allocator locked in the child then; the C library does not.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool beside_threads = false;
#else
inline constexpr bool beside_threads = true;
#endif

// The child works, then answers; one that waits for nothing before it answers is tried a second
// time; the parent takes the answer. FormatError where the file is refused or the child dies of it.
// Where beside_threads, several threads may have a child each.
void run_child(const ChildWork& work, const std::function<void()>& function,
               const std::function<void(Channel&)>& answer);

// What function() finds, in a child.
template <class Value, class Function>
Value in_child(const ChildWork& work, const Function& function) {
  Value value;
  run_child(
      work, [&] { value = function(); }, [&](Channel& channel) { channel(value); });
  return value;
}

}  // namespace ptychopatch::formats
