// SPDX-License-Identifier: Apache-2.0
#include "formats/memory_limit.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {

void require_memory(std::uint64_t bytes, const std::string& source) {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return;
  const std::uint64_t memory = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
  if (bytes > memory) {
    throw FormatError(source + ": " + size_text(bytes) + " are needed, but this machine has " +
                      size_text(memory) + " of memory");
  }
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 7> kUnits = {"bytes", "kB", "MB", "GB",
                                                        "TB",    "PB", "EB"};
  if (bytes < 1000) return std::to_string(bytes) + " bytes";
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, kUnits[unit]);
  return text.data();
}

}  // namespace ptychopatch::formats
