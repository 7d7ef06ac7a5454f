// SPDX-License-Identifier: Apache-2.0
#include "capi/api.hpp"
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
  switch (status) {
    case PPATCH_OK:
      return "ok";
    case PPATCH_ERROR_INVALID_ARGUMENT:
      return "invalid argument";
    case PPATCH_ERROR_OUT_OF_MEMORY:
      return "out of memory";
    case PPATCH_ERROR_UNSUPPORTED:
      return "unsupported";
    case PPATCH_ERROR_CANCELLED:
      return "cancelled";
    case PPATCH_ERROR_NOT_BUILT:
      return "not built";
    case PPATCH_ERROR_NO_DEVICE:
      return "no device";
    case PPATCH_ERROR_DEVICE:
      return "device error";
    case PPATCH_ERROR_IO:
      return "input or output error";
    case PPATCH_ERROR_INTERNAL:
      return "internal error";
    default:
      return "unknown status";
  }
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
