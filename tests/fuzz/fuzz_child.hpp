// SPDX-License-Identifier: Apache-2.0
#pragma once

// For files whose library runs in a child and is not instrumented: what it does there on damaged
// files, a crash included, is a refusal like others. What is tested is that this process outlives
// any of it and makes sense of the answers.
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>

// Allocations have a limit below libFuzzer's own, whose report would be made in the child, too, and
// be taken for a finding. Little memory makes a fast fork.
// Each fuzzer is one source, which includes this. The sanitizer and libFuzzer look for these names.
// NOLINTBEGIN(bugprone-reserved-identifier,misc-definitions-in-headers)
extern "C" const char* __asan_default_options() {
  return "max_allocation_size_mb=256:allocator_may_return_null=1:quarantine_size_mb=8";
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  // The child's death is none of the fuzzer's; signals the child sees to itself.
  pthread_atfork(nullptr, nullptr, [] { __sanitizer_set_death_callback(nullptr); });
  return 0;
}
// NOLINTEND(bugprone-reserved-identifier,misc-definitions-in-headers)
