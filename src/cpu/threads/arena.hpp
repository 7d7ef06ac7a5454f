// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace ppatch {

// The threads of one context, behind which the thread library hides (arena_tbb.cpp, arena_std.cpp).
class Arena {
 public:
  // Loops run in the calling thread, also within another arena's.
  Arena();
  explicit Arena(int num_threads);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  int num_threads() const { return num_threads_; }
  // Of a loop now.
  int running_threads() const { return lost_threads() ? 1 : num_threads_; }
  // Whether this process was forked from one that had an arena: all loops have one thread then.
  static bool lost_threads();

  // Calls body(index, slot) for every index in [0, count), in any order. At no time do two calls
  // have one slot, 0 <= slot < num_threads(). The body does not throw.
  template <class Body>
  void parallel_for(std::int64_t count, Body&& body) const {
    run(count, &body, [](void* self, std::int64_t index, int slot) {
      (*static_cast<std::remove_reference_t<Body>*>(self))(index, slot);
    });
  }

 private:
  using Call = void (*)(void* body, std::int64_t index, int slot);
  void run(std::int64_t count, void* body, Call call) const;

  int num_threads_;
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

// Threads that the process may use.
int available_threads();

}  // namespace ppatch
