// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/cufft_plan.hpp"

#include "core/error.hpp"

namespace ppatch::device {
namespace {

void check_plan(cufftResult result, const CufftPlanes& planes) {
  if (result == CUFFT_SUCCESS) return;
  fail(result == CUFFT_ALLOC_FAILED ? PPATCH_ERROR_OUT_OF_MEMORY : PPATCH_ERROR_UNSUPPORTED,
       "cuFFT has no plan for ", planes.planes, " planes of ", planes.height, " x ", planes.width,
       ": ", text_of_cufft(result), ", code ", static_cast<int>(result));
}

template <class Function>
std::size_t size_by(Function function, cufftHandle handle, CufftPlanes planes) {
  long long size[2] = {planes.height, planes.width};
  std::size_t bytes = 0;
  check_plan(function(handle, 2, size, planes.embedded[0], 1, planes.stride[0], planes.embedded[1],
                      1, planes.stride[1], planes.type, planes.planes, &bytes),
             planes);
  return bytes;
}

}  // namespace

const CufftLibrary& cufft() {
  // The toolkit's own first: another's may ask more of the driver.
  static const CufftLibrary library(
      CUFFT_VER_MAJOR >= 12 ? std::vector{"libcufft.so.12", "libcufft.so.11", "libcufft.so"}
                            : std::vector{"libcufft.so.11", "libcufft.so.12", "libcufft.so"});
  return library;
}

void check_cufft(cufftResult result, const char* what) {
  if (result == CUFFT_SUCCESS) return;
  fail(PPATCH_ERROR_DEVICE, what, " failed: ", text_of_cufft(result), ", code ",
       static_cast<int>(result));
}

CufftPlan::CufftPlan() { check_cufft(cufft().create(&handle_), "making a plan of cuFFT"); }

CufftPlan::~CufftPlan() {
  try {
    const Selection selected(device_);
    cufft().destroy(handle_);
  } catch (const Error&) {  // the card is gone, and the plan with it
  }
}

std::size_t CufftPlan::make(const CufftPlanes& planes) {
  check_cufft(cufft().set_auto_allocation(handle_, 0), "making a plan of cuFFT");
  return size_by(cufft().make_plan_many, handle_, planes);
}

std::size_t CufftPlan::ask(const CufftPlanes& planes) {
  return size_by(cufft().get_size_many, handle_, planes);
}

void CufftPlan::prepare(void* work, Stream stream) const {
  check_cufft(cufft().set_stream(handle_, static_cast<cudaStream_t>(stream)),
              "setting cuFFT's stream");
  check_cufft(cufft().set_work_area(handle_, work), "setting cuFFT's work area");
}

}  // namespace ppatch::device
