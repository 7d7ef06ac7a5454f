// SPDX-License-Identifier: Apache-2.0
#include "capi/new_hook.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::int64_t> live{0};
std::atomic<std::int64_t> countdown{0};  // 0: disarmed
std::atomic<bool> fails_onwards{false};
std::atomic<bool> has_failed{false};

bool must_fail() {
  std::int64_t left = countdown.load();
  while (left > 0) {
    const bool now = left == 1;
    const std::int64_t next = now && fails_onwards ? 1 : left - 1;
    if (countdown.compare_exchange_weak(left, next)) {
      if (now) has_failed = true;
      return now;
    }
  }
  return false;
}

void* take(std::size_t bytes, std::size_t alignment) noexcept {
  if (must_fail()) return nullptr;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, bytes ? bytes : 1) != 0) return nullptr;
  ++live;
  return memory;
}

void* take_or_throw(std::size_t bytes, std::size_t alignment) {
  void* memory = take(bytes, alignment);
  if (!memory) throw std::bad_alloc();
  return memory;
}

void give_back(void* memory) noexcept {
  if (!memory) return;
  --live;
  std::free(memory);
}

constexpr std::size_t default_alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
std::size_t value_of(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }

}  // namespace

namespace new_hook {

void arm(std::int64_t call, bool onwards) {
  has_failed = false;
  fails_onwards = onwards;
  countdown = call;
}

bool disarm() {
  countdown = 0;
  return has_failed;
}

std::int64_t live_blocks() { return live; }

}  // namespace new_hook

// Every form is replaced: the sanitizers bring their own of those that are not.
void* operator new(std::size_t n) { return take_or_throw(n, default_alignment); }
void* operator new[](std::size_t n) { return take_or_throw(n, default_alignment); }
void* operator new(std::size_t n, std::align_val_t a) { return take_or_throw(n, value_of(a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return take_or_throw(n, value_of(a)); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
  return take(n, default_alignment);
}
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept {
  return take(n, default_alignment);
}
void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
  return take(n, value_of(a));
}
void* operator new[](std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
  return take(n, value_of(a));
}
void operator delete(void* p) noexcept { give_back(p); }
void operator delete[](void* p) noexcept { give_back(p); }
void operator delete(void* p, std::size_t) noexcept { give_back(p); }
void operator delete[](void* p, std::size_t) noexcept { give_back(p); }
void operator delete(void* p, std::align_val_t) noexcept { give_back(p); }
void operator delete[](void* p, std::align_val_t) noexcept { give_back(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { give_back(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { give_back(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { give_back(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { give_back(p); }
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept { give_back(p); }
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept { give_back(p); }
