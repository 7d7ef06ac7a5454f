// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

#include "ptychopatch/ptychopatch.h"

// The context's allocator callbacks: keeps account, checks that what is taken comes back as it was,
// and can refuse one call.
class CountingAllocator {
 public:
  CountingAllocator() = default;
  CountingAllocator(const CountingAllocator&) = delete;
  CountingAllocator& operator=(const CountingAllocator&) = delete;
  ~CountingAllocator() { EXPECT_EQ(live_, 0U) << blocks_.size() << " blocks never came back"; }

  void install(ppatch_context_options* options) {
    options->allocate = &CountingAllocator::allocate;
    options->deallocate = &CountingAllocator::deallocate;
    options->allocator_user = this;
  }

  // The call-th allocation from now on fails, counted from 1, and with `onwards` every later one;
  // disarm ends it and says whether one failed.
  void arm(std::int64_t call, bool onwards) {
    countdown_ = call;
    onwards_ = onwards;
    has_failed_ = false;
  }
  bool disarm() {
    countdown_ = 0;
    return has_failed_;
  }
  std::uint64_t live() const { return live_; }
  std::uint64_t peak() const { return peak_; }
  std::int64_t calls() const { return calls_; }

 private:
  static void* allocate(void* self, std::uint64_t bytes, std::uint64_t alignment) {
    return static_cast<CountingAllocator*>(self)->take(bytes, alignment);
  }
  static void deallocate(void* self, void* memory, std::uint64_t bytes) {
    static_cast<CountingAllocator*>(self)->give_back(memory, bytes);
  }

  void* take(std::uint64_t bytes, std::uint64_t alignment) {
    const std::lock_guard lock(mutex_);
    ++calls_;
    const bool fails = countdown_ == 1;
    if (countdown_ > 0 && !(fails && onwards_)) --countdown_;
    has_failed_ = has_failed_ || fails;
    if (fails) return nullptr;
    EXPECT_GT(bytes, 0U);
    EXPECT_EQ(alignment & (alignment - 1), 0U) << alignment << " is no power of two";
    const std::uint64_t rounded = (bytes + alignment - 1) / alignment * alignment;
    // The map's own memory may fail, too.
    std::unique_ptr<void, decltype(&std::free)> memory(std::aligned_alloc(alignment, rounded),
                                                       &std::free);
    blocks_[memory.get()] = bytes;
    live_ += bytes;
    peak_ = std::max(peak_, live_);
    return memory.release();
  }

  void give_back(void* memory, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto block = blocks_.find(memory);
    if (block == blocks_.end()) {
      ADD_FAILURE() << "gave back memory that was never taken";
      return;
    }
    EXPECT_EQ(block->second, bytes);
    live_ -= block->second;
    blocks_.erase(block);
    std::free(memory);
  }

  std::mutex mutex_;
  std::map<void*, std::uint64_t> blocks_;
  std::uint64_t live_ = 0;
  std::uint64_t peak_ = 0;
  std::int64_t calls_ = 0;
  std::int64_t countdown_ = 0;
  bool onwards_ = false;
  bool has_failed_ = false;
};
