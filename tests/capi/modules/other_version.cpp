// SPDX-License-Identifier: Apache-2.0
//
// A backend of another version: only the first member of what it returns may be read.
#include <cstdint>

extern "C" const void* ppatch_backend_module() {
  static const std::int32_t version = -17;
  return &version;
}
