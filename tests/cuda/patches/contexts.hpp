// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oracle/test_backend.hpp"
#include "ptychopatch/ptychopatch.hpp"

// On one thread of the CPU, or on a device.
inline ptychopatch::Context make_context(ppatch_backend backend, std::uint64_t budget) {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = backend;
  options.num_threads = backend == PPATCH_BACKEND_CPU ? 1 : 0;
  options.memory_budget = budget;
  return ptychopatch::Context(options);
}

// The context of the CPU or of the tests' device, kept for the whole run.
inline const ptychopatch::Context& context_of(ppatch_backend backend) {
  static const ptychopatch::Context cpu = make_context(PPATCH_BACKEND_CPU, 0);
  static const ptychopatch::Context card = make_context(test_backend(), 0);
  return backend == PPATCH_BACKEND_CPU ? cpu : card;
}
