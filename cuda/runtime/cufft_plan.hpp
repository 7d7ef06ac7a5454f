// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cufft.h>

#include "cuda/runtime/cufft_library.hpp"
#include "cuda/runtime/device.hpp"

namespace ppatch::device {

// The one that is opened on first use.
const CufftLibrary& cufft();

// Throws where a call has failed.
void check_cufft(cufftResult result, const char* what);

// Planes that a plan of cuFFT transforms in place, in the terms of cufftMakePlanMany64.
struct CufftPlanes {
  long long height = 0, width = 0, planes = 1;
  long long embedded[2][2] = {};  // of what goes in and of what comes out
  long long stride[2] = {};       // from plane to plane, likewise
  cufftType type = CUFFT_C2C;
};

// A plan of cuFFT. It is its device's, whichever is selected when it goes.
class CufftPlan {
 public:
  CufftPlan();
  ~CufftPlan();
  CufftPlan(const CufftPlan&) = delete;
  CufftPlan& operator=(const CufftPlan&) = delete;

  // Bytes of work area. Throws OUT_OF_MEMORY, or UNSUPPORTED where there is no such plan.
  std::size_t make(const CufftPlanes& planes);
  // What that will be, about, without making it.
  std::size_t ask(const CufftPlanes& planes);
  void prepare(void* work, Stream stream) const;
  cufftHandle get() const { return handle_; }

 private:
  int device_ = selected();
  cufftHandle handle_ = 0;
};

}  // namespace ppatch::device
