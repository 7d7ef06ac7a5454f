// SPDX-License-Identifier: Apache-2.0
#include "formats/memory_limit.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

namespace fs = std::filesystem;

// The least of the limits that a group and those above it have in their files.
void lessen(std::optional<std::uint64_t>& limit, const fs::path& mount, const std::string& group,
            const char* file) {
  // Without a number ("max") there is no limit; version 1 has one that no memory reaches.
  constexpr std::uint64_t unlimited = std::uint64_t{1} << 60;
  fs::path place = fs::path(group).relative_path();
  for (;;) {
    std::uint64_t bytes = 0;
    if (std::ifstream(mount / place / file) >> bytes && bytes < unlimited) {
      limit = std::min(limit.value_or(bytes), bytes);
    }
    if (place.empty()) return;
    place = place.parent_path();
  }
}

// None where the system does not say.
std::optional<std::uint64_t> machine_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
}

// What is this process's alone.
std::uint64_t held_bytes() {
  std::uint64_t all = 0, resident = 0, shared = 0;
  std::ifstream("/proc/self/statm") >> all >> resident >> shared;
  return (resident - std::min(resident, shared)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Of the one MemoryBudget that lives.
struct Budget {
  std::uint64_t bytes = 0;
  std::string option;
};

Budget& the_budget() {
  static Budget budget;
  return budget;
}

void require_budget(std::uint64_t bytes, const std::string& source) {
  const Budget& budget = the_budget();
  if (budget.bytes == 0) return;
  const std::uint64_t held = resident_bytes();
  if (bytes <= budget.bytes - std::min(budget.bytes, held)) return;
  constexpr std::uint64_t mega = 1'000'000;
  throw FormatError(source + ": at least " + std::to_string((held + bytes) / mega + 1) +
                    "M are needed, " + size_text(bytes) + " of them beside what is held, got " +
                    size_text(budget.bytes) + " of " + budget.option);
}

}  // namespace

MemoryBudget::MemoryBudget(std::uint64_t bytes, const std::string& option) {
  the_budget() = {bytes, option};
}

MemoryBudget::~MemoryBudget() { the_budget() = {}; }

std::optional<std::uint64_t> control_group_memory(const std::string& groups,
                                                  const std::string& folder) {
  std::optional<std::uint64_t> limit;
  std::istringstream lines(groups);
  for (std::string line; std::getline(lines, line);) {
    // "4:cpu,memory:/a/b", and "0::/a/b" of version 2.
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    std::istringstream controllers(line.substr(first + 1, second - first - 1));
    const std::string group = line.substr(second + 1);
    if (second == first + 1) lessen(limit, folder, group, "memory.max");
    for (std::string controller; std::getline(controllers, controller, ',');) {
      if (controller != "memory") continue;
      lessen(limit, fs::path(folder) / "memory", group, "memory.limit_in_bytes");
    }
  }
  return limit;
}

std::optional<std::uint64_t> control_group_memory() {
  std::ostringstream groups;
  groups << std::ifstream("/proc/self/cgroup").rdbuf();
  return control_group_memory(groups.str(), "/sys/fs/cgroup");
}

std::uint64_t allowed_memory() {
  constexpr std::uint64_t any = std::uint64_t{1} << 60;
  return std::min(machine_memory().value_or(any), control_group_memory().value_or(any));
}

void require_memory(std::uint64_t bytes, const std::string& source) {
  require_budget(bytes, source);
  const std::optional<std::uint64_t> memory = machine_memory();
  if (!memory) return;
  if (bytes > *memory) {
    throw FormatError(source + ": " + size_text(bytes) + " are needed, but this machine has " +
                      size_text(*memory) + " of memory");
  }
  // A limit seldom changes while a process runs.
  static const std::optional<std::uint64_t> limit = control_group_memory();
  if (!limit) return;
  const std::uint64_t held = held_bytes();
  if (bytes > *limit - std::min(*limit, held)) {
    throw FormatError(source + ": " + size_text(bytes) + " are needed beside the " +
                      size_text(held) + " that are held, but the control group of this process " +
                      "allows " + size_text(*limit) + " of memory");
  }
}

void require_memory_to_parse(const std::string& text, std::uint64_t bytes_a_mark,
                             const std::string& source) {
  constexpr std::string_view token_marks = "[]{},:-?\n";
  std::uint64_t marks = 0;
  for (const char c : text) marks += token_marks.find(c) != std::string_view::npos ? 1 : 0;
  require_memory(marks * bytes_a_mark + 2 * text.size(), source);
}

std::uint64_t resident_bytes() {
  std::uint64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 7> units = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return std::to_string(bytes) + " bytes";
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
  return text.data();
}

}  // namespace ptychopatch::formats
