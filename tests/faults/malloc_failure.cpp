// SPDX-License-Identifier: Apache-2.0
//
// The C library's allocator fails at the n-th call inside each public function, for n = 1, 2, ...
// until the function succeeds: each time it answers with a status, and then works as before. What C
// libraries and the threads' engine take is hit, too, which operator new does not show. Not for
// sanitizers, which bring an allocator of their own.
//
// usage: malloc_failure [--gtest_brief=1]
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "faults/every_call.hpp"

// The C library's own, behind the names that are replaced below.
extern "C" {
void* __libc_malloc(std::size_t);                 // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(std::size_t, std::size_t);    // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void*, std::size_t);         // NOLINT(bugprone-reserved-identifier)
void* __libc_memalign(std::size_t, std::size_t);  // NOLINT(bugprone-reserved-identifier)
void __libc_free(void*);                          // NOLINT(bugprone-reserved-identifier)
}

namespace {

std::atomic<std::int64_t> countdown{0};  // 0: none fails
std::atomic<bool> has_failed{false};
std::atomic<std::int64_t> live{0};

bool must_fail() {
  if (countdown.load(std::memory_order_relaxed) == 0) return false;
  if (countdown.fetch_sub(1) != 1) return false;
  has_failed = true;
  errno = ENOMEM;
  return true;
}

void* counted(void* memory) {
  if (memory != nullptr) ++live;
  return memory;
}

}  // namespace

extern "C" {
void* malloc(std::size_t bytes) { return must_fail() ? nullptr : counted(__libc_malloc(bytes)); }
void* calloc(std::size_t count, std::size_t bytes) {
  return must_fail() ? nullptr : counted(__libc_calloc(count, bytes));
}
void* realloc(void* memory, std::size_t bytes) {
  if (must_fail()) return nullptr;
  if (memory == nullptr) ++live;
  return __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  return must_fail() ? nullptr : counted(__libc_memalign(alignment, bytes));
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) { return memalign(alignment, bytes); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  void* taken = memalign(alignment, bytes);
  if (taken == nullptr) return ENOMEM;
  *memory = taken;
  return 0;
}
void free(void* memory) {
  if (memory != nullptr) --live;
  __libc_free(memory);
}
}

namespace {

constexpr std::size_t functions = 56;  // of EveryCall, which main checks
int faults = 0;
std::int64_t failures = 0;

void fault(const std::string& name, std::int64_t at, const char* what) {
  ++faults;
  std::printf("%s, allocation %lld: %s: %s\n", name.c_str(), static_cast<long long>(at), what,
              ppatch_last_error());
}

// Every n-th allocation of the call fails once.
void fail_each(const NamedCall& call) {
  constexpr std::int64_t most = 100000;
  for (std::int64_t at = 1; at < most; ++at) {
    has_failed = false;
    countdown = at;
    const ppatch_status status = call.run();
    countdown = 0;
    if (!has_failed) {
      if (status != PPATCH_OK) fault(call.name, at, "fails by itself");
      return;
    }
    ++failures;
    // What can do without the memory, as a worker thread that does not start, may go on.
    if (status != PPATCH_OK && status != PPATCH_ERROR_OUT_OF_MEMORY) {
      fault(call.name, at, "not out of memory");
    }
  }
  fault(call.name, most, "never succeeds");
}

void all_of(std::int32_t threads) {
  ppatch_context_options options = PPATCH_CONTEXT_OPTIONS_INIT;
  options.backend = PPATCH_BACKEND_CPU;
  options.num_threads = threads;
  ppatch_context* context = nullptr;
  if (ppatch_context_create(&context, &options) != PPATCH_OK) return fault("context", 0, "fails");
  {
    EveryCall every(context, options, 1);
    if (every.calls().size() != functions) fault("all", 0, "another number of functions");
    const auto run_all = [&] {
      every.poison();
      for (const NamedCall& call : every.calls()) {
        if (call.run() != PPATCH_OK) fault(call.name, 0, "fails where nothing else does");
      }
      return every.outputs();
    };
    const std::vector<unsigned char> wanted = run_all();
    // What stays for the life of the process is there after the first pass; threads come later.
    for (const NamedCall& call : every.calls()) fail_each(call);
    for (const NamedCall& call : every.calls()) {
      const std::int64_t before = live;
      fail_each(call);
      if (threads == 1 && live != before) fault(call.name, 0, "leaks");
    }
    if (run_all() != wanted) fault("all", 0, "other results after the failures");
  }
  ppatch_context_destroy(context);
}

// Each n-th allocation of a function's first call in a process, in a child of its own: what is made
// once, threads too. The last child finds none that fails.
void first_calls(std::int32_t threads) {
  constexpr int exit_none_failed = 1, exit_fault = 2;
  for (std::size_t which = 0; which < functions; ++which) {
    for (std::int64_t at = 1;; ++at) {
      std::fflush(stdout);
      const pid_t child = fork();
      if (child == 0) {
        faults = 0;
        ppatch_context_options options = PPATCH_CONTEXT_OPTIONS_INIT;
        options.backend = PPATCH_BACKEND_CPU;
        options.num_threads = threads;
        ppatch_context* context = nullptr;
        if (ppatch_context_create(&context, &options) != PPATCH_OK) _exit(exit_fault);
        EveryCall every(context, options, 1);
        const NamedCall& call = every.calls()[which];
        has_failed = false;
        countdown = at;
        const ppatch_status status = call.run();
        countdown = 0;
        if (status != PPATCH_OK && status != PPATCH_ERROR_OUT_OF_MEMORY) {
          fault(call.name, at, "the first call: not out of memory");
        }
        for (const NamedCall& each : every.calls()) {
          if (each.run() != PPATCH_OK) fault(each.name, at, "fails after a first call that failed");
        }
        std::fflush(stdout);
        if (faults != 0) _exit(exit_fault);
        _exit(has_failed ? 0 : exit_none_failed);
      }
      int status = 0;
      waitpid(child, &status, 0);
      if (!WIFEXITED(status) || WEXITSTATUS(status) == exit_fault) {
        ++faults;
        std::printf("the first call of function %zu, allocation %lld: status %x\n", which,
                    static_cast<long long>(at), static_cast<unsigned>(status));
        break;
      }
      if (WEXITSTATUS(status) == exit_none_failed) break;
      ++failures;
    }
  }
}

}  // namespace

int main() {
  // Before this process has made a context: its children are as new.
  for (const std::int32_t threads : {1, 2}) first_calls(threads);
  // A crash is the caller's to see.
  for (const std::int32_t threads : {1, 2, 3}) all_of(threads);
  std::printf("%lld allocations failed, %d faults\n", static_cast<long long>(failures), faults);
  return faults == 0 && failures > 0 ? 0 : 1;
}
