// SPDX-License-Identifier: Apache-2.0
#include "core/registration/common_area.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace ppatch {

void common_area(const std::int64_t* reference_shape, const std::int64_t* moving_shape,
                 const std::int64_t* shift, ppatch_common_area* area) {
  expect_pointer("reference_shape", "two numbers", reference_shape);
  expect_pointer("moving_shape", "two numbers", moving_shape);
  expect_pointer("shift", "two numbers", shift);
  expect_pointer("area", "a struct", area);
  constexpr std::int64_t max_value = std::int64_t{1} << 40;
  std::int64_t first[2];
  std::int64_t length[2];
  for (int axis = 0; axis < 2; ++axis) {
    for (const std::int64_t side : {reference_shape[axis], moving_shape[axis]}) {
      if (side < 0 || side > max_value) {
        invalid("shapes: expected sides of 0 to 2^40, got ", side, " on axis ", axis);
      }
    }
    if (shift[axis] < -max_value || shift[axis] > max_value) {
      invalid("shift[", axis, "]: expected within +-2^40, got ", shift[axis]);
    }
    first[axis] = std::max<std::int64_t>(0, shift[axis]);
    length[axis] = std::min(reference_shape[axis], moving_shape[axis] + shift[axis]) - first[axis];
  }
  *area = ppatch_common_area{};
  if (length[0] <= 0 || length[1] <= 0) return;
  *area = {first[0], first[1], first[0] - shift[0], first[1] - shift[1], length[0], length[1]};
}

}  // namespace ppatch
