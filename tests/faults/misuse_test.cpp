// SPDX-License-Identifier: Apache-2.0
//
// Every public function in eight threads on contexts that they share, from callbacks that throw and
// that call back, and in children of a process whose threads are inside.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "capi/counting_allocator.hpp"
#include "capi/new_hook.hpp"
#include "capi/problem.hpp"
#include "faults/every_call.hpp"

namespace {

constexpr int thread_count = 8;

std::vector<unsigned char> outputs_of(EveryCall& every) {
  every.poison();
  for (const NamedCall& call : every.calls()) {
    EXPECT_EQ(call.run(), PPATCH_OK) << call.name << ": " << ppatch_last_error();
  }
  return every.outputs();
}

TEST(EveryCall, IsEveryFunctionThatCanFail) {
  std::ifstream symbols(SYMBOLS_FILE);
  std::set<std::string> wanted, found;
  for (std::string name; std::getline(symbols, name);) {
    const bool is_text_or_number = name.ends_with("_string") || name.ends_with("_version") ||
                                   name.ends_with("_size") || name.ends_with("_last_error");
    if (name.starts_with("ppatch_") && !is_text_or_number && !name.ends_with("_destroy")) {
      wanted.insert(name);
    }
  }
  const ppatch_context_options options = cpu_options(1);
  const ContextPointer context = make_context(options);
  const EveryCall every(context.get(), options, 1);
  for (const NamedCall& call : every.calls()) found.insert(call.name);
  EXPECT_EQ(found, wanted);
}

TEST(Threads, EightOnSharedContextsGetTheirOwnResults) {
  const ppatch_context_options options = cpu_options(2);
  const ContextPointer contexts[2] = {make_context(options), make_context(options)};
  std::vector<std::unique_ptr<EveryCall>> every;
  std::vector<std::vector<unsigned char>> wanted;
  for (int t = 0; t < thread_count; ++t) {
    every.push_back(std::make_unique<EveryCall>(contexts[t % 2].get(), options,
                                                test_seed() + static_cast<std::uint64_t>(t)));
    wanted.push_back(outputs_of(*every.back()));
  }
  std::atomic<int> wrong{0}, ready{0};
  std::vector<std::thread> threads;
  threads.reserve(thread_count);
  for (int t = 0; t < thread_count; ++t) {
    threads.emplace_back([&, t] {
      Random random = test_random("EightOnSharedContexts" + std::to_string(t));
      std::vector<NamedCall> calls = every[t]->calls();
      ++ready;
      while (ready < thread_count) std::this_thread::yield();
      for (int round = 0; round < case_count(20); ++round) {
        // The order matters to none of them; an error of one is not another's.
        std::shuffle(calls.begin(), calls.end(), random);
        every[t]->poison();
        for (const NamedCall& call : calls) {
          wrong += call.run() != PPATCH_OK;
          wrong += ppatch_patch_extract(nullptr, nullptr, nullptr) != PPATCH_ERROR_INVALID_ARGUMENT;
          wrong += std::string(ppatch_last_error()).find("ppatch_patch_extract: ") != 0;
        }
        wrong += every[t]->outputs() != wanted[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0) << seed_note();
}

// Throws at the n-th call of any callback.
struct Thrower {
  enum class What { exception, number, memory };

  void pass() {
    if (++calls != at) return;
    switch (what) {
      case What::exception:
        throw std::runtime_error("a host's own error");
      case What::number:
        throw 7;
      case What::memory:
        throw std::bad_alloc();
    }
  }

  // None of these allocates from operator new, whose account is kept.
  void install(ppatch_context_options* options) {
    options->log = [](void* self, ppatch_log_level, const char*) {
      static_cast<Thrower*>(self)->pass();
    };
    options->progress = [](void* self, double) {
      static_cast<Thrower*>(self)->pass();
      return 0;
    };
    options->allocate = [](void* self, std::uint64_t bytes, std::uint64_t alignment) {
      static_cast<Thrower*>(self)->pass();
      ++static_cast<Thrower*>(self)->live;
      return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    };
    options->deallocate = [](void* self, void* memory, std::uint64_t) {
      --static_cast<Thrower*>(self)->live;
      std::free(memory);
    };
    options->log_level = PPATCH_LOG_LEVEL_DEBUG;
    options->log_user = options->progress_user = options->allocator_user = this;
  }

  What what = What::exception;
  std::int64_t at = 0, calls = 0, live = 0;
};

class Throwing : public testing::TestWithParam<Thrower::What> {};

TEST_P(Throwing, ACallbackEndsItsCallAlone) {
  Thrower thrower;
  ppatch_context_options options = cpu_options(2);
  thrower.install(&options);
  const ContextPointer context = make_context(options);
  EveryCall every(context.get(), options, test_seed());
  const std::vector<unsigned char> wanted = outputs_of(every);
  outputs_of(every);
  const std::int64_t blocks = new_hook::live_blocks(), scratch = thrower.live;
  thrower.what = GetParam();
  const ppatch_status status =
      thrower.what == Thrower::What::memory ? PPATCH_ERROR_OUT_OF_MEMORY : PPATCH_ERROR_INTERNAL;
  int thrown = 0;
  for (const NamedCall& call : every.calls()) {
    for (std::int64_t at = 1;; ++at) {
      thrower.calls = 0;
      thrower.at = at;
      const ppatch_status got = call.run();
      thrower.at = 0;
      if (thrower.calls < at) {
        EXPECT_EQ(got, PPATCH_OK) << call.name << ": " << ppatch_last_error();
        break;
      }
      ++thrown;
      EXPECT_EQ(got, status) << call.name << ", callback " << at;
      EXPECT_EQ(std::string(ppatch_last_error()).find(call.name + ": "), 0U) << ppatch_last_error();
    }
    EXPECT_EQ(thrower.live, scratch) << call.name;
  }
  EXPECT_GT(thrown, 20);
  EXPECT_EQ(new_hook::live_blocks(), blocks);
  EXPECT_EQ(outputs_of(every), wanted) << seed_note();
}

INSTANTIATE_TEST_SUITE_P(Whats, Throwing,
                         testing::Values(Thrower::What::exception, Thrower::What::number,
                                         Thrower::What::memory));

// A callback may use other plans of its context.
TEST(Callbacks, MayCallTheLibrary) {
  struct Nested {
    EveryCall* every = nullptr;
    std::vector<unsigned char> wanted;
    int depth = 0, calls = 0, wrong = 0;
  } nested;
  ppatch_context_options options = cpu_options(2);
  options.progress_user = &nested;
  options.progress = [](void* user, double) -> std::int32_t {
    auto& self = *static_cast<Nested*>(user);
    if (self.every == nullptr || self.depth > 0) return 0;
    ++self.depth;
    self.every->poison();
    for (const NamedCall& call : self.every->calls()) self.wrong += call.run() != PPATCH_OK;
    self.wrong += self.every->outputs() != self.wanted;
    ++self.calls;
    --self.depth;
    return 0;
  };
  const ContextPointer context = make_context(options);
  EveryCall outer(context.get(), options, test_seed()),
      inner(context.get(), options, test_seed() + 1);
  const std::vector<unsigned char> wanted = outputs_of(outer);
  nested.wanted = outputs_of(inner);
  nested.every = &inner;
  EXPECT_EQ(outputs_of(outer), wanted) << seed_note();
  EXPECT_GT(nested.calls, 0);
  EXPECT_EQ(nested.wrong, 0);
}

}  // namespace
