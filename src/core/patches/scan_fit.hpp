// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ptychopatch/ptychopatch.h"

namespace ppatch {

void fit_scan(const ppatch_array* nominal, const ppatch_array* refined,
              const ppatch_array* information, const ppatch_scan_fit_options* options,
              const ppatch_array* residual, ppatch_scan_fit_info* fit);

}  // namespace ppatch
