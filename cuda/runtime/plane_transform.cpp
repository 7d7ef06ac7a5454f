// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/plane_transform.hpp"

#include <algorithm>
#include <utility>

#include "cuda/runtime/cufft_plan.hpp"

namespace ppatch::device {
namespace {

// One direction of a batch.
CufftPlanes planes_of(const PlaneBatch& batch, cufftType type) {
  const long long columns = batch.width / 2 + 1;
  const int reals = type == CUFFT_R2C ? 0 : 1;
  CufftPlanes planes{batch.height, batch.width, batch.planes, {}, {}, type};
  planes.embedded[reals][0] = planes.embedded[1 - reals][0] = batch.height;
  planes.embedded[reals][1] = 2 * columns;
  planes.embedded[1 - reals][1] = columns;
  planes.stride[reals] = batch.stride;
  planes.stride[1 - reals] = batch.stride / 2;
  return planes;
}

}  // namespace

bool has_transforms(std::string* reason) {
  if (cufft().reason.empty()) return true;
  if (reason) *reason = cufft().reason;
  return false;
}

struct PlaneTransform::Plans {
  CufftPlan forward, inverse;
  std::size_t work = 0;
};

PlaneTransform::PlaneTransform() = default;
PlaneTransform::PlaneTransform(const PlaneBatch& batch)
    : batch_(batch), plans_(std::make_unique<Plans>()) {
  plans_->work = std::max(plans_->forward.make(planes_of(batch, CUFFT_R2C)),
                          plans_->inverse.make(planes_of(batch, CUFFT_C2R)));
}
PlaneTransform::~PlaneTransform() = default;
PlaneTransform::PlaneTransform(PlaneTransform&&) noexcept = default;
PlaneTransform& PlaneTransform::operator=(PlaneTransform&&) noexcept = default;

std::uint64_t PlaneTransform::work_bytes() const { return plans_->work; }

std::uint64_t PlaneTransform::work_bytes_of(const PlaneBatch& batch) {
  CufftPlan plan;
  return std::max(plan.ask(planes_of(batch, CUFFT_R2C)), plan.ask(planes_of(batch, CUFFT_C2R)));
}

void PlaneTransform::forward(float* planes, void* work, Stream stream) const {
  plans_->forward.prepare(work, stream);
  check_cufft(
      cufft().exec_r2c(plans_->forward.get(), planes, reinterpret_cast<cufftComplex*>(planes)),
      "a transform");
}

void PlaneTransform::inverse(float* planes, void* work, Stream stream) const {
  plans_->inverse.prepare(work, stream);
  check_cufft(
      cufft().exec_c2r(plans_->inverse.get(), reinterpret_cast<cufftComplex*>(planes), planes),
      "a transform");
}

}  // namespace ppatch::device
