// SPDX-License-Identifier: Apache-2.0
//
// cuFFT is opened by its name: where it is not, there is a reason, and nothing to be called.
#include "cuda/runtime/cufft_library.hpp"

#include <gtest/gtest.h>

namespace {

using ppatch::device::CufftLibrary;

TEST(CufftLibrary, SaysWhyItIsNotThere) {
  const CufftLibrary library({"libcufft_that_is_hidden.so.12", "libcufft_that_is_hidden.so"});
  EXPECT_NE(library.reason.find("libcufft_that_is_hidden.so.12"), std::string::npos)
      << library.reason;
  EXPECT_EQ(library.complex_reason, library.reason);
  EXPECT_EQ(library.create, nullptr);
}

TEST(CufftLibrary, SaysWhatAnotherLibraryLacks) {
  const CufftLibrary library({"libcufft_that_is_hidden.so", "libm.so.6"});
  EXPECT_NE(library.reason.find("cufftCreate"), std::string::npos) << library.reason;
}

// The toolkit that the backend is built with has it; a machine without a driver opens it too.
TEST(CufftLibrary, HasAllFunctions) {
  const CufftLibrary library({PTYCHOPATCH_TEST_CUFFT});
  EXPECT_EQ(library.reason, "");
  EXPECT_EQ(library.complex_reason, "");
  EXPECT_NE(library.make_plan_many, nullptr);
  EXPECT_NE(library.exec_c2r, nullptr);
  EXPECT_NE(library.exec_z2z, nullptr);
}

}  // namespace
