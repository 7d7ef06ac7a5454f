// SPDX-License-Identifier: Apache-2.0
//
// A sound backend on a machine without a device.
#include <cstdio>

#include "core/backend_module.hpp"

namespace {

std::int32_t no_devices(char* reason, std::int32_t reason_size) {
  std::snprintf(reason, static_cast<std::size_t>(reason_size), "the test has no driver");
  return 0;
}

ppatch::Backend* no_backend(const ppatch::BackendSettings&) { return nullptr; }

}  // namespace

extern "C" const ppatch::BackendModule* ppatch_backend_module() {
  static const ppatch::BackendModule module = {ppatch::backend_interface_version, &no_devices,
                                               &no_backend};
  return &module;
}
