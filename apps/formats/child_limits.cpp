// SPDX-License-Identifier: Apache-2.0
#include "formats/child_limits.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>

namespace ptychopatch::formats {
namespace {

// Beyond what any question takes that asks for no data, and what data take.
#if defined(PTYCHOPATCH_CHILD_MICROSECONDS)
constexpr suseconds_t kMicroseconds = PTYCHOPATCH_CHILD_MICROSECONDS;
#else
constexpr suseconds_t kMicroseconds = 2000000;
#endif
constexpr suseconds_t kSecond = 1000000;
constexpr rlim_t kMemory = rlim_t{512} << 20;
constexpr std::uint64_t kBytesASecond = 1 << 20;
constexpr std::uint64_t kCopies = 3;

// A sanitizer's own memory would count.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

void limit(__rlimit_resource resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return;
  now.rlim_cur = std::min(most, now.rlim_max);
  ::setrlimit(resource, &now);
}

// What the other process does about signals is not to happen here, too.
void set_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  // A key pressed is the other process' to answer, whose end is seen.
  for (const int ending : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) ::signal(ending, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

void allow_child(std::uint64_t data_bytes) {
  // Of the processor's time; a slow disk or network may take any.
  const auto seconds = static_cast<time_t>(data_bytes / kBytesASecond);
  const itimerval left{{}, {seconds + kMicroseconds / kSecond, kMicroseconds % kSecond}};
  ::setitimer(ITIMER_PROF, &left, nullptr);
  if (!kSanitized) limit(RLIMIT_DATA, kMemory + kCopies * data_bytes);
}

void begin_child() {
  set_signals();
  ::prctl(PR_SET_DUMPABLE, 0);
  // What a library prints is for nobody.
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int standard = 0; standard < 3; ++standard) ::dup2(nothing, standard);
}

}  // namespace ptychopatch::formats
