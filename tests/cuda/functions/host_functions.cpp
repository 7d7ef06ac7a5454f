// SPDX-License-Identifier: Apache-2.0
//
// The same calls where the host is the device.
#include "cuda/functions/device_functions.hpp"

extern "C" __attribute__((visibility("default"))) bool ppatch_test_call(int which, const double* in,
                                                                        double* out,
                                                                        std::int64_t count) {
  using namespace ppatch::test;
  for (std::int64_t i = 0; i < count; ++i) {
    call(static_cast<Function>(which), in + i * max_in, out + i * max_out);
  }
  return true;
}
