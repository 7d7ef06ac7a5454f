// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/cufft_library.hpp"

#include <dlfcn.h>

namespace ppatch::device {
namespace {

template <class Function>
void find(void* library, const char* name, Function& function, std::string& reason) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (!function && reason.empty()) reason = std::string("cuFFT has no function ") + name;
}

}  // namespace

CufftLibrary::CufftLibrary(const std::vector<const char*>& names) {
  void* library = nullptr;
  for (const char* name : names) {
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library) break;
    const char* const error = dlerror();
    if (reason.empty()) reason = std::string("cuFFT cannot be opened: ") + (error ? error : name);
  }
  complex_reason = reason;
  if (!library) return;
  reason.clear();
  find(library, "cufftCreate", create, reason);
  find(library, "cufftDestroy", destroy, reason);
  find(library, "cufftSetAutoAllocation", set_auto_allocation, reason);
  find(library, "cufftMakePlanMany64", make_plan_many, reason);
  find(library, "cufftGetSizeMany64", get_size_many, reason);
  find(library, "cufftSetStream", set_stream, reason);
  find(library, "cufftSetWorkArea", set_work_area, reason);
  find(library, "cufftExecR2C", exec_r2c, reason);
  find(library, "cufftExecC2R", exec_c2r, reason);
  complex_reason = reason;
  find(library, "cufftExecC2C", exec_c2c, complex_reason);
  find(library, "cufftExecZ2Z", exec_z2z, complex_reason);
}

const char* text_of_cufft(cufftResult result) {
  switch (result) {
    case CUFFT_SUCCESS:
      return "success";
    case CUFFT_INVALID_PLAN:
      return "not a plan (CUFFT_INVALID_PLAN)";
    case CUFFT_ALLOC_FAILED:
      return "no memory (CUFFT_ALLOC_FAILED)";
    case CUFFT_INVALID_TYPE:
      return "not a type (CUFFT_INVALID_TYPE)";
    case CUFFT_INVALID_VALUE:
      return "an invalid value (CUFFT_INVALID_VALUE)";
    case CUFFT_INTERNAL_ERROR:
      return "an error of the driver or of cuFFT (CUFFT_INTERNAL_ERROR)";
    case CUFFT_EXEC_FAILED:
      return "the transform failed (CUFFT_EXEC_FAILED)";
    case CUFFT_SETUP_FAILED:
      return "cuFFT could not be set up (CUFFT_SETUP_FAILED)";
    case CUFFT_INVALID_SIZE:
      return "a size that it does not do (CUFFT_INVALID_SIZE)";
    case CUFFT_INVALID_DEVICE:
      return "another card than the plan's (CUFFT_INVALID_DEVICE)";
    case CUFFT_NO_WORKSPACE:
      return "no work area (CUFFT_NO_WORKSPACE)";
    case CUFFT_NOT_IMPLEMENTED:
      return "not implemented (CUFFT_NOT_IMPLEMENTED)";
    case CUFFT_NOT_SUPPORTED:
      return "not supported (CUFFT_NOT_SUPPORTED)";
    default:
      return "an error that has no name here";
  }
}

}  // namespace ppatch::device
