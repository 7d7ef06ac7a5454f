// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

namespace ptychopatch::bench {

double median(std::vector<double> values);
// Linear between order statistics; part in [0, 1].
double quantile(std::vector<double> values, double part);

// The seconds that one of so many calls takes.
using CallTimer = std::function<double(const std::function<void()>& call, int calls)>;

// By the host's clock; the calls have done their work when they return.
double host_seconds(const std::function<void()>& call, int calls);

// Times two things in turn, so that what disturbs the machine disturbs both, and which is first in
// turn too.
class PairTimer {
 public:
  // Runs each once before anything counts, and then as often a time as min_seconds asks for.
  PairTimer(std::function<void()> limit, std::function<void()> work, double min_seconds,
            CallTimer timer = &host_seconds);

  // One pair more; the seconds that one run of `work` took.
  double time_pair();

  double work_seconds() const { return median(work_seconds_); }
  double limit_seconds() const { return median(limit_seconds_); }
  // Of limit seconds over work seconds, pair by pair.
  double ratio(double part) const;

 private:
  struct Side {
    std::function<void()> run;
    int runs = 1;
  };
  double seconds(const Side& side) const { return timer_(side.run, side.runs); }

  CallTimer timer_;
  Side limit_, work_;
  std::vector<double> limit_seconds_, work_seconds_;
};

}  // namespace ptychopatch::bench
