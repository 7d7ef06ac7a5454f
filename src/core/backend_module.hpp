// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "core/backend.hpp"

// A backend other than the CPU is a shared library of its own, libptychopatch_<name>.so, that
// exports
//   extern "C" const ppatch::BackendModule* ppatch_backend_module();
// It is opened on first use and stays open.
namespace ppatch {

// Grows with every change to anything in backend.hpp and what it includes: library and module are
// built together.
constexpr std::int32_t backend_interface_version = 7;

struct BackendModule {
  std::int32_t interface_version;
  // Number of devices, or 0 with the reason written to the buffer, always terminated.
  std::int32_t (*device_count)(char* reason, std::int32_t reason_size);
  Backend* (*make_backend)(const BackendSettings& settings);
};

// Throws NOT_BUILT with the reason.
const BackendModule& cuda_module();

// Devices of the CUDA backend; throws NOT_BUILT or NO_DEVICE with the reason.
std::int32_t cuda_device_count();

}  // namespace ppatch
