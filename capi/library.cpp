// SPDX-License-Identifier: Apache-2.0
#include <iterator>

#include "capi/guard.hpp"
#include "core/backend_module.hpp"
#include "core/dtype.hpp"

#define PPATCH_TEXT_OF(x) #x
#define PPATCH_VERSION_TEXT(a, b, c) PPATCH_TEXT_OF(a) "." PPATCH_TEXT_OF(b) "." PPATCH_TEXT_OF(c)

namespace ppatch {

LastError& last_error() noexcept {
  thread_local LastError error;
  return error;
}

}  // namespace ppatch

using ppatch::guarded;
using ppatch::required;

int32_t ppatch_version(void) {
  return 10000 * PPATCH_VERSION_MAJOR + 100 * PPATCH_VERSION_MINOR + PPATCH_VERSION_PATCH;
}

const char* ppatch_version_string(void) {
  return PPATCH_VERSION_TEXT(PPATCH_VERSION_MAJOR, PPATCH_VERSION_MINOR, PPATCH_VERSION_PATCH);
}

int32_t ppatch_abi_version(void) { return PTYCHOPATCH_ABI; }

const char* ppatch_status_string(ppatch_status status) {
  static constexpr const char* texts[] = {
      "ok",        "invalid argument", "out of memory", "unsupported",           "cancelled",
      "not built", "no device",        "device error",  "input or output error", "internal error"};
  static_assert(std::size(texts) == PPATCH_ERROR_INTERNAL + 1);
  return status >= 0 && status <= PPATCH_ERROR_INTERNAL ? texts[status] : "unknown status";
}

const char* ppatch_last_error(void) { return ppatch::last_error().text; }

int64_t ppatch_dtype_size(ppatch_dtype dtype) { return ppatch::size_of(dtype); }

ppatch_status ppatch_backend_probe(ppatch_backend backend, int32_t* device_count) {
  return guarded(__func__, [&] {
    std::int32_t& count = required("device_count", device_count);
    if (backend != PPATCH_BACKEND_CPU && backend != PPATCH_BACKEND_CUDA) {
      ppatch::invalid("backend: expected PPATCH_BACKEND_CPU (1) or _CUDA (2), got ", backend);
    }
    count = 0;
    count = backend == PPATCH_BACKEND_CPU ? 1 : ppatch::cuda_device_count();
  });
}
