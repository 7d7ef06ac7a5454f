// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cufft.h>

#include <string>
#include <vector>

namespace ppatch::device {

// cuFFT, opened at run time: nothing links it, so that all but registration and shifted probes
// works without it. It stays open until the process ends.
struct CufftLibrary {
  // Looks for the first of these files that there is. Where `reason` is not empty, there is none
  // with all functions.
  explicit CufftLibrary(const std::vector<const char*>& names);

  std::string reason;
  std::string complex_reason;  // the same for transforms of complex planes
  decltype(&cufftCreate) create = nullptr;
  decltype(&cufftDestroy) destroy = nullptr;
  decltype(&cufftSetAutoAllocation) set_auto_allocation = nullptr;
  decltype(&cufftMakePlanMany64) make_plan_many = nullptr;
  decltype(&cufftGetSizeMany64) get_size_many = nullptr;
  decltype(&cufftSetStream) set_stream = nullptr;
  decltype(&cufftSetWorkArea) set_work_area = nullptr;
  decltype(&cufftExecR2C) exec_r2c = nullptr;
  decltype(&cufftExecC2R) exec_c2r = nullptr;
  decltype(&cufftExecC2C) exec_c2c = nullptr;
  decltype(&cufftExecZ2Z) exec_z2z = nullptr;
};

// What the result of a call means.
const char* text_of_cufft(cufftResult result);

}  // namespace ppatch::device
