// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/complex_transform.hpp"

#include "cuda/runtime/cufft_plan.hpp"

namespace ppatch::device {

bool has_complex_transforms(std::string* reason) {
  if (cufft().complex_reason.empty()) return true;
  if (reason) *reason = cufft().complex_reason;
  return false;
}

struct ComplexTransform::Plan {
  CufftPlan plan;
  std::size_t work = 0;
};

ComplexTransform::ComplexTransform(const ComplexBatch& batch)
    : batch_(batch), plan_(std::make_unique<Plan>()) {
  const long long area = batch.height * batch.width;
  plan_->work = plan_->plan.make({batch.height,
                                  batch.width,
                                  batch.planes,
                                  {{batch.height, batch.width}, {batch.height, batch.width}},
                                  {area, area},
                                  batch.is_double ? CUFFT_Z2Z : CUFFT_C2C});
}
ComplexTransform::~ComplexTransform() = default;

std::uint64_t ComplexTransform::work_bytes() const { return plan_->work; }

void ComplexTransform::run(void* planes, void* work, bool forward, Stream stream) const {
  plan_->plan.prepare(work, stream);
  const int direction = forward ? CUFFT_FORWARD : CUFFT_INVERSE;
  if (batch_.is_double) {
    auto* const numbers = static_cast<cufftDoubleComplex*>(planes);
    check_cufft(cufft().exec_z2z(plan_->plan.get(), numbers, numbers, direction), "a transform");
  } else {
    auto* const numbers = static_cast<cufftComplex*>(planes);
    check_cufft(cufft().exec_c2c(plan_->plan.get(), numbers, numbers, direction), "a transform");
  }
}

}  // namespace ppatch::device
