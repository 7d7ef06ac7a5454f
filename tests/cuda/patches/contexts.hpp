// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oracle/test_backend.hpp"
#include "ptychopatch/ptychopatch.hpp"

// The context of the CPU or of the tests' device, kept for the whole run.
inline const ptychopatch::Context& context_of(ppatch_backend backend) {
  const auto make = [](ppatch_backend which) {
    ppatch_context_options options = ptychopatch::context_options();
    options.backend = which;
    return ptychopatch::Context(options);
  };
  static const ptychopatch::Context cpu = make(PPATCH_BACKEND_CPU);
  static const ptychopatch::Context card = make(test_backend());
  return backend == PPATCH_BACKEND_CPU ? cpu : card;
}
