// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>

#include "cpu/threads/arena.hpp"

namespace ppatch {
namespace {

std::atomic<bool> tbb_was_used{false};
std::atomic<bool> tbb_was_lost{false};

// fork() leaves TBB's workers behind, and its locks as they were held: a child of a process that
// had used TBB never touches it.
const int watches_forks = pthread_atfork(nullptr, nullptr, [] {
  if (tbb_was_used) tbb_was_lost = true;
});

// An arena wider than what TBB may run makes it print a warning.
int arena_width(int num_threads) {
  return std::min(num_threads, static_cast<int>(tbb::global_control::active_value(
                                   tbb::global_control::max_allowed_parallelism)));
}

}  // namespace

struct Arena::Engine {
  explicit Engine(int num_threads) : arena(arena_width(num_threads)) {}
  tbb::task_arena arena;
};

bool Arena::lost_threads() { return tbb_was_lost; }

int available_threads() {
  if (Arena::lost_threads()) return 1;
  tbb_was_used = true;
  return tbb::this_task_arena::max_concurrency();
}

Arena::Arena() : num_threads_(1) {}

Arena::Arena(int num_threads) : num_threads_(lost_threads() ? 1 : num_threads) {
  if (lost_threads()) return;
  tbb_was_used = true;
  engine_ = std::make_unique<Engine>(num_threads);
}

Arena::~Arena() {
  // What TBB holds for it in the parent is not given back in a child.
  if (lost_threads()) static_cast<void>(engine_.release());
}

void Arena::run(std::int64_t count, void* body, Call call) const {
  if (!engine_ || lost_threads()) {
    for (std::int64_t index = 0; index < count; ++index) call(body, index, 0);
    return;
  }
  // Made here: tasks have the calling thread's floating-point environment, not that of whichever
  // thread came first.
  tbb::task_group_context context(tbb::task_group_context::isolated,
                                  tbb::task_group_context::fp_settings);
  engine_->arena.execute([&] {
    // Isolated: a thread that waits here never takes up a task of the caller's own.
    tbb::this_task_arena::isolate([&] {
      tbb::parallel_for(
          std::int64_t{0}, count,
          [&](std::int64_t index) {
            call(body, index, tbb::this_task_arena::current_thread_index());
          },
          tbb::simple_partitioner{}, context);
    });
  });
}

}  // namespace ppatch
