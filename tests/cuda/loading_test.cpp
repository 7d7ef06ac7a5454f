// SPDX-License-Identifier: Apache-2.0
//
// The module itself, on a machine without a driver: it loads, and says why it can do nothing.
#include <gtest/gtest.h>

#include <string>

#include "ptychopatch/ptychopatch.h"

TEST(CudaModule, SaysWhyThereIsNoDevice) {
  std::int32_t devices = 77;
  const ppatch_status status = ppatch_backend_probe(PPATCH_BACKEND_CUDA, &devices);
  if (status == PPATCH_OK) GTEST_SKIP() << "this machine has a card";
  EXPECT_EQ(status, PPATCH_ERROR_NO_DEVICE);
  EXPECT_EQ(devices, 0);
  const std::string text = ppatch_last_error();
  EXPECT_NE(text.find("no CUDA device can be used: "), std::string::npos) << text;
  EXPECT_NE(text.find("river"), std::string::npos) << text;
}
