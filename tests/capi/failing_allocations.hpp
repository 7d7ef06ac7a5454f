// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "capi/counting_allocator.hpp"
#include "capi/new_hook.hpp"
#include "oracle/seed.hpp"

// At its end everything that was taken since its beginning must be back.
class Account {
 public:
  explicit Account(const CountingAllocator& allocator)
      : allocator_(allocator), blocks_(new_hook::live_blocks()), scratch_(allocator.live()) {}
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;
  ~Account() {
    EXPECT_EQ(new_hook::live_blocks(), blocks_) << "blocks from operator new";
    EXPECT_EQ(allocator_.live(), scratch_) << "bytes from the callbacks";
  }

 private:
  const CountingAllocator& allocator_;
  std::int64_t blocks_;
  std::uint64_t scratch_;
};

// Makes each allocation of a call fail once: those of the library's own containers through the
// program's operator new, or those of scratch memory through the context's callbacks. A part of a
// fixture.
class FailingAllocations {
 protected:
  // onwards: every later allocation fails, too.
  explicit FailingAllocations(bool through_callbacks, bool onwards = false)
      : through_callbacks_(through_callbacks), onwards_(onwards) {}

  CountingAllocator& allocator() { return allocator_; }
  bool through_callbacks() const { return through_callbacks_; }
  // How many allocations were made to fail.
  int failures() const { return failures_; }

  // Runs step with the first allocation of its harmed() call failing, then with the second, ...
  // until none is left to fail, and after_failure after each. Each time the call must say
  // OUT_OF_MEMORY in a sentence that begins with the function's name and is about memory.
  void fail_each(
      const std::string& function, const std::function<ppatch_status()>& step,
      const std::function<void()>& after_failure = [] {}) {
    SCOPED_TRACE(function + ", " + seed_note());
    constexpr int most = 100000;
    for (call_ = 1; call_ < most; ++call_) {
      const ppatch_status status = step();
      if (!failed_) {
        ASSERT_EQ(status, PPATCH_OK) << ppatch_last_error();
        failures_ += call_ - 1;
        return;
      }
      ASSERT_EQ(status, PPATCH_ERROR_OUT_OF_MEMORY)
          << "allocation " << call_ << ": " << ppatch_last_error();
      const std::string text = ppatch_last_error();
      ASSERT_EQ(text.find(function + ": "), 0U) << text;
      ASSERT_TRUE(text.find("memory") != std::string::npos ||
                  text.find("scratch") != std::string::npos)
          << text;
      after_failure();
      if (testing::Test::HasFatalFailure()) return;
    }
    FAIL() << "more than " << most << " allocations";
  }

  template <class Body>
  ppatch_status harmed(Body&& body) {
    if (through_callbacks_) {
      allocator_.arm(call_, onwards_);
    } else {
      new_hook::arm(call_, onwards_);
    }
    const ppatch_status status = body();
    failed_ = through_callbacks_ ? allocator_.disarm() : new_hook::disarm();
    return status;
  }

 private:
  CountingAllocator allocator_;
  bool through_callbacks_, onwards_;
  int call_ = 0;
  bool failed_ = false;
  int failures_ = 0;
};
