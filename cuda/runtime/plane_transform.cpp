// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/plane_transform.hpp"

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "cuda/runtime/cufft_library.hpp"

namespace ppatch::device {
namespace {

const CufftLibrary& cufft() {
  // The toolkit's own first: another's may ask more of the driver.
  static const CufftLibrary library(
      CUFFT_VER_MAJOR >= 12 ? std::vector{"libcufft.so.12", "libcufft.so.11", "libcufft.so"}
                            : std::vector{"libcufft.so.11", "libcufft.so.12", "libcufft.so"});
  return library;
}

void check(cufftResult result, const char* what) {
  if (result == CUFFT_SUCCESS) return;
  fail(PPATCH_ERROR_DEVICE, what, " failed: ", text_of_cufft(result), ", code ",
       static_cast<int>(result));
}

void check_plan(cufftResult result, const PlaneBatch& batch) {
  if (result == CUFFT_SUCCESS) return;
  fail(result == CUFFT_ALLOC_FAILED ? PPATCH_ERROR_OUT_OF_MEMORY : PPATCH_ERROR_UNSUPPORTED,
       "cuFFT has no plan for ", batch.planes, " planes of ", batch.height, " x ", batch.width,
       ": ", text_of_cufft(result), ", code ", static_cast<int>(result));
}

// One direction of a batch.
class Plan {
 public:
  Plan() { check(cufft().create(&handle_), "making a plan of cuFFT"); }
  // It is its device's, whichever is selected when it goes.
  ~Plan() {
    try {
      const Selection selected(device_);
      cufft().destroy(handle_);
    } catch (const Error&) {  // the card is gone, and the plan with it
    }
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  // Bytes of work area.
  std::size_t make(const PlaneBatch& batch, cufftType type) {
    check(cufft().set_auto_allocation(handle_, 0), "making a plan of cuFFT");
    return size_by(cufft().make_plan_many, batch, type);
  }
  std::size_t ask(const PlaneBatch& batch, cufftType type) {
    return size_by(cufft().get_size_many, batch, type);
  }
  void prepare(void* work, Stream stream) const {
    check(cufft().set_stream(handle_, static_cast<cudaStream_t>(stream)), "setting cuFFT's stream");
    check(cufft().set_work_area(handle_, work), "setting cuFFT's work area");
  }
  cufftHandle get() const { return handle_; }

 private:
  template <class Function>
  std::size_t size_by(Function function, const PlaneBatch& batch, cufftType type) {
    long long size[2] = {batch.height, batch.width};
    const long long columns = batch.width / 2 + 1;
    long long reals[2] = {batch.height, 2 * columns};
    long long numbers[2] = {batch.height, columns};
    const bool forward = type == CUFFT_R2C;
    std::size_t bytes = 0;
    check_plan(function(handle_, 2, size, forward ? reals : numbers, 1,
                        forward ? batch.stride : batch.stride / 2, forward ? numbers : reals, 1,
                        forward ? batch.stride / 2 : batch.stride, type, batch.planes, &bytes),
               batch);
    return bytes;
  }

  int device_ = selected();
  cufftHandle handle_ = 0;
};

}  // namespace

bool has_transforms(std::string* reason) {
  if (cufft().reason.empty()) return true;
  if (reason) *reason = cufft().reason;
  return false;
}

struct PlaneTransform::Plans {
  Plan forward, inverse;
  std::size_t work = 0;
};

PlaneTransform::PlaneTransform() = default;
PlaneTransform::PlaneTransform(const PlaneBatch& batch)
    : batch_(batch), plans_(std::make_unique<Plans>()) {
  plans_->work =
      std::max(plans_->forward.make(batch, CUFFT_R2C), plans_->inverse.make(batch, CUFFT_C2R));
}
PlaneTransform::~PlaneTransform() = default;
PlaneTransform::PlaneTransform(PlaneTransform&&) noexcept = default;
PlaneTransform& PlaneTransform::operator=(PlaneTransform&&) noexcept = default;

std::uint64_t PlaneTransform::work_bytes() const { return plans_->work; }

std::uint64_t PlaneTransform::work_bytes_of(const PlaneBatch& batch) {
  Plan plan;
  return std::max(plan.ask(batch, CUFFT_R2C), plan.ask(batch, CUFFT_C2R));
}

void PlaneTransform::forward(float* planes, void* work, Stream stream) const {
  plans_->forward.prepare(work, stream);
  check(cufft().exec_r2c(plans_->forward.get(), planes, reinterpret_cast<cufftComplex*>(planes)),
        "a transform");
}

void PlaneTransform::inverse(float* planes, void* work, Stream stream) const {
  plans_->inverse.prepare(work, stream);
  check(cufft().exec_c2r(plans_->inverse.get(), reinterpret_cast<cufftComplex*>(planes), planes),
        "a transform");
}

}  // namespace ppatch::device
