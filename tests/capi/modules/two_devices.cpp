// SPDX-License-Identifier: Apache-2.0
//
// A sound backend on a machine with two devices.
#include "core/backend_module.hpp"

namespace {

std::int32_t two_devices(char*, std::int32_t) { return 2; }

ppatch::Backend* no_backend(const ppatch::BackendSettings&) { return nullptr; }

}  // namespace

extern "C" const ppatch::BackendModule* ppatch_backend_module() {
  static const ppatch::BackendModule module = {ppatch::backend_interface_version, &two_devices,
                                               &no_backend};
  return &module;
}
