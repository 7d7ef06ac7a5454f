// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/decimator.hpp"

namespace ppatch {

std::int64_t decimation_floats(const DecimationFilter& filter, std::int64_t in_width,
                               std::int64_t out_width) {
  return padded_floats(filter, in_width) +
         whole_lines(decimation_spare(filter.count, filter.step)) +
         (filter.count + filter.step * (decimation_rows - 1)) * whole_lines(out_width);
}

}  // namespace ppatch
