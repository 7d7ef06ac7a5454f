// SPDX-License-Identifier: Apache-2.0
//
// The same calls where the host is the device.
#include "cuda/functions/device_functions.hpp"

extern "C" __attribute__((visibility("default"))) bool ppatch_test_call(int which, const double* in,
                                                                        double* out,
                                                                        std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    ppatch::test::call(static_cast<ppatch::test::Function>(which), in + i * ppatch::test::max_in,
                       out + i * ppatch::test::max_out);
  }
  return true;
}
