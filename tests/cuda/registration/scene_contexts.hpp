// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

#include "oracle/test_backend.hpp"
#include "ptychopatch/ptychopatch.hpp"

inline ptychopatch::Context scene_cpu() {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = PPATCH_BACKEND_CPU;
  return ptychopatch::Context(options);
}

inline void keep_log(void* user, ppatch_log_level, const char* text) {
  *static_cast<std::string*>(user) += std::string(text) + "\n";
}

inline ptychopatch::Context scene_device(std::uint64_t budget = 0, std::string* log = nullptr) {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = test_backend();
  options.memory_budget = budget;
  if (log) {
    options.log = keep_log;
    options.log_user = log;
  }
  return ptychopatch::Context(options);
}

// What the text of the refusal of a budget that is too small names.
inline std::uint64_t min_budget(const ppatch_scene_options& options) {
  std::uint64_t bytes = 0;
  if (ppatch_scene_plan_bytes(scene_device(1).get(), &options, &bytes) !=
      PPATCH_ERROR_OUT_OF_MEMORY) {
    return 0;
  }
  const std::string text = ppatch_last_error();
  const std::string before = "at least ";
  const std::size_t at = text.find(before);
  return at == std::string::npos ? 0
                                 : std::strtoull(text.c_str() + at + before.size(), nullptr, 10);
}

// Whether the device is the host, which can be made to fail.
inline bool host_is_device() {
  return std::string(scene_device().info().device_name) == "the host as a device";
}
