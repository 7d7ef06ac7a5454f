// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {

// What an operator of the library gave, beside an answer that is known without it: a formula, a
// search through all, or the identity <A x, y> = <x, A^T y> of an operator and its adjoint.
struct KnownAnswer {
  std::string name;
  double error = 0;  // the largest, relative to the largest value; of shifts in pixels
  double limit = 0;
  std::vector<std::byte> bits;  // of all outputs
  bool same_bits_promised = true;

  bool good() const { return error <= limit; }
};

// Of every operator, in the same order on every context. What throws there ends it.
std::vector<KnownAnswer> known_answers(const Context& context);

}  // namespace ptychopatch::app
