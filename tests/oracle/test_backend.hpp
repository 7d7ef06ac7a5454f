// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "ptychopatch/ptychopatch.h"

// The backend that tests run on: the CPU, or CUDA where PTYCHOPATCH_TEST_BACKEND=cuda. Where there
// is no device then, the test ends as skipped.
inline ppatch_backend test_backend() {
  static const ppatch_backend backend = [] {
    const char* name = std::getenv("PTYCHOPATCH_TEST_BACKEND");
    if (!name || std::strcmp(name, "cuda") != 0)
      return static_cast<ppatch_backend>(PPATCH_BACKEND_CPU);
    constexpr int skipped = 77;
    std::int32_t devices = 0;
    const ppatch_status status = ppatch_backend_probe(PPATCH_BACKEND_CUDA, &devices);
    if (status == PPATCH_ERROR_NOT_BUILT || status == PPATCH_ERROR_NO_DEVICE) {
      std::printf("skipped: %s\n", ppatch_last_error());
      std::exit(skipped);
    }
    return static_cast<ppatch_backend>(PPATCH_BACKEND_CUDA);
  }();
  return backend;
}
