// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <locale>
#include <sstream>
#include <string>
#include <utility>

#include "ptychopatch/ptychopatch.h"

namespace ppatch {

// The one exception of the library; the C API turns it into a status and the thread's last error.
class Error : public std::exception {
 public:
  Error(ppatch_status status, std::string text) : status_(status), text_(std::move(text)) {}
  ppatch_status status() const { return status_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  ppatch_status status_;
  std::string text_;
};

template <class... Parts>
std::string text_of(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.exceptions(std::ios::badbit);
  out.precision(17);
  (out << ... << parts);
  return out.str();
}

template <class... Parts>
[[noreturn]] void fail(ppatch_status status, const Parts&... parts) {
  throw Error(status, text_of(parts...));
}

template <class... Parts>
[[noreturn]] void invalid(const Parts&... parts) {
  fail(PPATCH_ERROR_INVALID_ARGUMENT, parts...);
}

// That a caller's pointer leads to one T or more.
template <class T>
void expect_pointer(const char* name, const char* what, const T* pointer) {
  if (!pointer) invalid(name, ": expected ", what, ", got NULL");
  if (reinterpret_cast<std::uintptr_t>(pointer) % alignof(T) == 0) return;
  invalid(name, ": expected an address that is a multiple of ", alignof(T), ", got ",
          static_cast<const void*>(pointer));
}

}  // namespace ppatch
