// SPDX-License-Identifier: Apache-2.0
#include "suite/thread_team.hpp"

namespace ptychopatch::bench {
namespace {

// Waking a sleeping thread takes as long as filling a megabyte: look for a while before sleeping.
void wait_while(const std::atomic<int>& value, int old) {
  constexpr int looks = 2000;
  for (int i = 0; i < looks; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    __builtin_ia32_pause();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

ThreadTeam::ThreadTeam(int threads) {
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { wait_for_work(i); });
}

ThreadTeam::~ThreadTeam() {
  stop_ = true;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadTeam::run(const std::function<void(int)>& work) {
  work_ = &work;
  busy_.store(size() - 1, std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  work(0);
  for (int left = busy_.load(std::memory_order_acquire); left != 0;
       left = busy_.load(std::memory_order_acquire)) {
    wait_while(busy_, left);
  }
}

void ThreadTeam::wait_for_work(int index) {
  for (int seen = 0;; ++seen) {
    wait_while(round_, seen);
    if (stop_) return;
    (*work_)(index);
    busy_.fetch_sub(1, std::memory_order_release);
    busy_.notify_one();
  }
}

}  // namespace ptychopatch::bench
