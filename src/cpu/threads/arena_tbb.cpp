// SPDX-License-Identifier: Apache-2.0
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "cpu/threads/arena.hpp"

namespace ppatch {

struct Arena::Engine {
  tbb::task_arena arena;
};

int available_threads() { return tbb::this_task_arena::max_concurrency(); }

// An arena wider than what TBB may run makes it print a warning.
Arena::Arena(int num_threads)
    : num_threads_(num_threads),
      engine_(new Engine{tbb::task_arena(
          std::min(num_threads, static_cast<int>(tbb::global_control::active_value(
                                    tbb::global_control::max_allowed_parallelism))))}) {}

Arena::~Arena() = default;

void Arena::run(std::int64_t count, void* body, Call call) const {
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
