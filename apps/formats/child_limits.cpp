// SPDX-License-Identifier: Apache-2.0
#include "formats/child_limits.hpp"

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>

#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

// Beyond what any file takes of which no data are read, and what data take.
#if defined(PTYCHOPATCH_CHILD_MICROSECONDS)
constexpr suseconds_t microseconds = PTYCHOPATCH_CHILD_MICROSECONDS;
#else
constexpr suseconds_t microseconds = 4000000;
#endif
constexpr suseconds_t second = 1000000;
constexpr rlim_t memory_bytes = rlim_t{512} << 20;
constexpr std::uint64_t bytes_a_second = 1 << 20;
constexpr std::uint64_t copies = 3;

// A sanitizer's own memory would count.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

void limit(__rlimit_resource resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return;
  now.rlim_cur = std::min(most, now.rlim_max);
  ::setrlimit(resource, &now);
}

void limit_for_good(__rlimit_resource resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return;
  now.rlim_max = std::min(most, now.rlim_max);
  now.rlim_cur = std::min(now.rlim_cur, now.rlim_max);
  ::setrlimit(resource, &now);
}

// A superuser could raise them again.
void drop_rights() {
  constexpr std::uint32_t kept_capabilities = 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> rights{};
  if (::syscall(SYS_capget, &header, rights.data()) != 0) return;
  const std::uint32_t kept = rights[0].permitted & kept_capabilities;
  rights = {};
  rights[0].permitted = rights[0].effective = kept;
  ::syscall(SYS_capset, &header, rights.data());
}

// In pages; the parent's memory counts until it is given back.
rlim_t memory_of_parent() {
  std::ifstream list("/proc/self/statm");
  rlim_t pages = 0;
  for (int column = 0; column < 6; ++column) list >> pages;
  return list ? pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

struct Allowance {
  bool limited = false;
  std::uint64_t data_bytes = 0;
  rlim_t parent_memory = 0;
};

Allowance& allowance() {
  static Allowance of_this_process;
  return of_this_process;
}

// Of this process's children.
std::atomic<std::uint64_t> child_limit = 0;

std::uint64_t memory_of_machine() {
  static const std::uint64_t bytes = allowed_memory();
  return bytes;
}

}  // namespace

// Of a static variable that another thread was just making, a child would wait for the end for
// ever.
void prepare_child_limits() {
  memory_of_machine();
  require_memory(0, {});
}

void begin_child_limits() {
  allowance() = {true, 0, memory_of_parent()};
  limit_for_good(RLIMIT_FSIZE, 0);
  const std::uint64_t data = memory_of_machine(), most = child_limit;
  limit_for_good(RLIMIT_CPU, data / bytes_a_second + microseconds / second + 1);
  if (!sanitized) {
    limit_for_good(RLIMIT_DATA, allowance().parent_memory + (most != 0 ? most : data));
  }
  drop_rights();
  allow_child(0);
}

void allow_child(std::uint64_t data_bytes) {
  Allowance& now = allowance();
  if (!now.limited) return;
  now.data_bytes += data_bytes;
  // Of the processor's time; a slow disk or network may take any.
  const auto seconds = static_cast<time_t>(now.data_bytes / bytes_a_second);
  const itimerval left{{}, {seconds + microseconds / second, microseconds % second}};
  ::setitimer(ITIMER_PROF, &left, nullptr);
  if (sanitized) return;
  const rlim_t wanted = memory_bytes + copies * now.data_bytes, most = child_limit;
  limit(RLIMIT_DATA, now.parent_memory + (most != 0 ? std::min(wanted, most) : wanted));
}

void limit_children(std::uint64_t bytes) { child_limit = bytes; }

std::uint64_t child_memory() { return child_limit; }

}  // namespace ptychopatch::formats
