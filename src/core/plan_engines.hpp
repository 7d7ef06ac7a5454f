// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "core/context.hpp"

namespace ppatch {

// The engines of one plan: a single one or, where the context follows the arrays, the host's and
// one for each card whose arrays came. A card's is made, and brought to the plan's state, by the
// call that uses it: until then its stream may not be this card's.
template <class Engine>
class PlanEngines {
 public:
  using Make = std::function<std::unique_ptr<Engine>(Backend&)>;

  // `prepare` brings an engine to the plan's state.
  PlanEngines(const Context& context, Make make, std::function<void(Engine&)> prepare)
      : context_(context), make_(std::move(make)), prepare_(std::move(prepare)) {}

  // Makes the first one, before all else.
  void begin() { entries_.push_back({Context::host, make_(context_.backend())}); }

  // Of a card's number, or Context::host.
  Engine& at(int card) {
    Entry& entry = entry_at(context_.follows_arrays() ? card : Context::host);
    if (entry.card == Context::host) return *entry.engine;
    if (entry.stream != stream_) entry.engine->set_stream(stream_);
    entry.stream = stream_;
    if (entry.stale) prepare_(*entry.engine);
    entry.stale = false;
    return *entry.engine;
  }
  // Changes what engines know of the plan.
  template <class Change>
  void change(const Change& change) {
    for (Entry& entry : entries_) {
      entry.stale = entry.card != Context::host;
      if (!entry.stale) change(*entry.engine);
    }
  }

  // That of calls on a card.
  void set_stream(void* stream) {
    if (!context_.follows_arrays()) entries_.front().engine->set_stream(stream);
    stream_ = stream;
  }
  std::uint64_t scratch_bytes() const {
    std::uint64_t sum = 0;
    for (const Entry& entry : entries_) sum += entry.engine->scratch_bytes();
    return sum;
  }

 private:
  struct Entry {
    int card;
    std::unique_ptr<Engine> engine;
    void* stream = nullptr;
    bool stale = true;
  };

  Entry& entry_at(int card) {
    for (Entry& entry : entries_) {
      if (entry.card == card) return entry;
    }
    return entries_.emplace_back(Entry{card, make_(context_.backend_at(card))});
  }

  const Context& context_;
  Make make_;
  std::function<void(Engine&)> prepare_;
  std::vector<Entry> entries_;
  void* stream_ = nullptr;
};

}  // namespace ppatch
