// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::python {

// All padding of options is explicit, and 0.
template <class Options>
bool same_options(const Options& a, const Options& b) {
  const auto* first = reinterpret_cast<const unsigned char*>(&a);
  return std::equal(first, first + sizeof a, reinterpret_cast<const unsigned char*>(&b));
}

// A plan, what it was made with, and the stream that its work goes to.
template <class Plan, class Options>
struct PlanEntry {
  Options options;
  Plan plan;
  void* stream = nullptr;

  PlanEntry(const Context& context, const Options& wanted)
      : options(wanted), plan(context, wanted) {}

  // That of the caller's arrays, NULL: the plan's own.
  void set_stream(void* wanted) {
    if (stream == wanted) return;
    plan.set_stream(wanted);
    stream = wanted;
  }
};

// Plans that no call uses now, the one used last at the end. A plan belongs to one call at a time,
// so that threads may call at the same time. The interpreter's lock guards the pool itself.
template <class Entry>
class PlanPool {
 public:
  using Options = decltype(Entry::options);

  // A plan on loan; it goes back at the end.
  class Loan {
   public:
    Loan(PlanPool& pool, std::unique_ptr<Entry> entry) : pool_(pool), entry_(std::move(entry)) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { pool_.give_back(std::move(entry_)); }

    Entry& operator*() const { return *entry_; }
    Entry* operator->() const { return entry_.get(); }

   private:
    PlanPool& pool_;
    std::unique_ptr<Entry> entry_;
  };

  // A plan with these options, whose member `capacity` is at least `count`.
  Loan lend(const Context& context, Options wanted, std::int64_t Options::*capacity,
            std::int64_t count) {
    const auto fits = [&](const std::unique_ptr<Entry>& entry) {
      if (entry->options.*capacity < count) return false;
      wanted.*capacity = entry->options.*capacity;
      return same_options(entry->options, wanted);
    };
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(), fits);
    if (found != idle_.rend()) {
      std::unique_ptr<Entry> entry = std::move(*found);
      idle_.erase(std::next(found).base());
      return Loan(*this, std::move(entry));
    }
    wanted.*capacity = std::max<std::int64_t>(count, 1);
    return Loan(*this, std::make_unique<Entry>(context, wanted));
  }

  void clear() { idle_.clear(); }

 private:
  static constexpr std::size_t most_idle = 8;

  void give_back(std::unique_ptr<Entry> entry) {
    if (idle_.size() == most_idle) idle_.erase(idle_.begin());
    idle_.push_back(std::move(entry));
  }

  std::vector<std::unique_ptr<Entry>> idle_;
};

}  // namespace ptychopatch::python
