// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/registration/scene_aligner.hpp"

namespace ptychopatch::alignment {

// Lays pixels of an aligned image onto those of its reference, bicubic among pixels of the same CFA
// phase; beyond the image they are `outside`. By the measured motion where there is one (true),
// else by the shift, as where too few tiles tell of a motion.
bool resample(const Context& context, const ppatch_array& image, const mosaics::Cfa& cfa,
              const Aligned& aligned, double outside, const ppatch_array& onto);

}  // namespace ptychopatch::alignment
