// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ptychopatch::formats {

// Refuses what this machine's memory cannot hold at all, or what this process's control group does
// not allow beside what the process holds, before any of it is taken: where memory is
// overcommitted, taking it would not fail but have the process killed later.
void require_memory(std::uint64_t bytes, const std::string& source);

// While it lives, require_memory also refuses what would make this process hold more than so many
// bytes, and says that the option wants more; 0 bytes: nothing. One lives at a time.
class MemoryBudget {
 public:
  MemoryBudget(std::uint64_t bytes, const std::string& option);
  ~MemoryBudget();
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;
};

// What require_memory does, for what becomes of a text that is parsed: so many bytes for each mark
// by which JSON, CSV or YAML part one thing from another, and twice the text.
void require_memory_to_parse(const std::string& text, std::uint64_t bytes_a_mark,
                             const std::string& source);

// What the control groups of this process allow to it, as containers and batch systems set it; none
// where there is no limit.
std::optional<std::uint64_t> control_group_memory();

// The same, given what /proc/self/cgroup says and the folder where the groups are mounted.
std::optional<std::uint64_t> control_group_memory(const std::string& groups,
                                                  const std::string& folder);

// What this machine has, or the control groups of this process allow, whichever is less.
std::uint64_t allowed_memory();

// What this process holds of memory now, libraries included.
std::uint64_t resident_bytes();

// "71.2 MB".
std::string size_text(std::uint64_t bytes);

}  // namespace ptychopatch::formats
