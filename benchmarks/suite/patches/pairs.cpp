// SPDX-License-Identifier: Apache-2.0
#include "suite/patches/pairs.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace ptychopatch::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Threads of a pool look for more work for a while before they sleep, in the way of what runs next.
void let_threads_settle() {
  constexpr double min_seconds = 3e-4;
  const Clock::time_point start = Clock::now();
  while (seconds_since(start) < min_seconds) __builtin_ia32_pause();
}

}  // namespace

double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double place = part * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], place - static_cast<double>(below));
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

double host_seconds(const std::function<void()>& call, int calls) {
  let_threads_settle();
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < calls; ++i) call();
  return seconds_since(start) / calls;
}

PairTimer::PairTimer(std::function<void()> limit, std::function<void()> work, double min_seconds,
                     CallTimer timer)
    : timer_(std::move(timer)), limit_{std::move(limit)}, work_{std::move(work)} {
  for (Side* side : {&limit_, &work_}) {
    seconds(*side);
    constexpr double max_runs = 10'000;
    const double once = std::max(seconds(*side), 1e-9);
    side->runs = static_cast<int>(std::clamp(std::ceil(min_seconds / once), 1.0, max_runs));
  }
}

double PairTimer::time_pair() {
  const bool limit_first = work_seconds_.size() % 2 == 0;
  if (limit_first) limit_seconds_.push_back(seconds(limit_));
  work_seconds_.push_back(seconds(work_));
  if (!limit_first) limit_seconds_.push_back(seconds(limit_));
  return work_seconds_.back();
}

double PairTimer::ratio(double part) const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < work_seconds_.size(); ++i) {
    ratios.push_back(limit_seconds_[i] / work_seconds_[i]);
  }
  return quantile(std::move(ratios), part);
}

}  // namespace ptychopatch::bench
