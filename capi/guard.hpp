// SPDX-License-Identifier: Apache-2.0
#pragma once

// The public header as the library itself sees it: its functions are exported, all else is hidden.
#pragma GCC visibility push(default)
#include "ptychopatch/ptychopatch.h"
#pragma GCC visibility pop

#include <cstdio>
#include <exception>
#include <new>

#include "capi/float_environment.hpp"
#include "core/error.hpp"

namespace ppatch {

// The thread's last error. Fixed storage: reporting that memory ran out takes none.
struct LastError {
  char text[1024] = "";

  ppatch_status set(const char* function, ppatch_status status, const char* what) noexcept {
    std::snprintf(text, sizeof text, "%s: %s", function, what);
    return status;
  }
};

LastError& last_error() noexcept;

// The one place where exceptions end, and every call's arithmetic begins.
template <class Body>
ppatch_status guarded(const char* function, Body&& body) noexcept {
  const FloatEnvironment environment;
  try {
    body();
    return PPATCH_OK;
  } catch (const Error& e) {
    return last_error().set(function, e.status(), e.what());
  } catch (const std::bad_alloc&) {
    return last_error().set(function, PPATCH_ERROR_OUT_OF_MEMORY, "memory ran out");
  } catch (const std::exception& e) {
    return last_error().set(function, PPATCH_ERROR_INTERNAL, e.what());
  } catch (...) {
    return last_error().set(function, PPATCH_ERROR_INTERNAL, "unknown exception");
  }
}

// The argument itself, which must not be null.
template <class T>
T& required(const char* name, T* pointer) {
  expect_pointer(name, "a pointer", pointer);
  return *pointer;
}

}  // namespace ppatch
