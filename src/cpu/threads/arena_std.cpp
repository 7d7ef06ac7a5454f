// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <exception>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "cpu/threads/arena.hpp"

// Threads of the standard library, started for each loop: for the thread sanitizer, which sees
// every instruction of them.
namespace ppatch {

struct Arena::Engine {};

bool Arena::lost_threads() { return false; }  // a loop's threads end with it

int available_threads() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Arena::Arena() : num_threads_(1) {}

Arena::Arena(int num_threads) : num_threads_(num_threads), engine_(new Engine) {}

Arena::~Arena() = default;

void Arena::run(std::int64_t count, void* body, Call call) const {
  std::atomic<std::int64_t> next{0};
  const auto work = [&](int slot) {
    for (std::int64_t i = next++; i < count; i = next++) call(body, i, slot);
  };
  std::vector<std::thread> others;
  const auto wanted = std::min<std::int64_t>(num_threads_, count);
  std::exception_ptr out_of_memory;
  try {
    for (int slot = 1; slot < wanted; ++slot) others.emplace_back(work, slot);
  } catch (const std::system_error&) {
    // The system gives no more threads: those that run share the work.
  } catch (const std::bad_alloc&) {
    out_of_memory = std::current_exception();
    next = count;
  }
  work(0);
  for (std::thread& thread : others) thread.join();
  if (out_of_memory) std::rethrow_exception(out_of_memory);
}

}  // namespace ppatch
