// SPDX-License-Identifier: Apache-2.0
//
// A suite without Cairo, as on a machine that has a card and little else: pages have tables alone.
#include "render/chart.hpp"

namespace ptychopatch::bench {

Chart bandwidth_chart(const Report&, std::int64_t) { return {}; }
Chart cost_against_patches(const Report&) { return {}; }
Chart cost_against_pixels(const Report&) { return {}; }

}  // namespace ptychopatch::bench
