// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace ptychopatch::bench {

// Threads that wait for work; for the limits, which must not lean on the library's own.
class ThreadTeam {
 public:
  explicit ThreadTeam(int threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return static_cast<int>(workers_.size()) + 1; }
  // work(t) for each t below size(), the caller's being 0; returns when all are done.
  void run(const std::function<void(int)>& work);

 private:
  void wait_for_work(int index);

  std::vector<std::thread> workers_;
  const std::function<void(int)>* work_ = nullptr;
  std::atomic<int> round_{0};
  std::atomic<int> busy_{0};
  bool stop_ = false;
};

}  // namespace ptychopatch::bench
