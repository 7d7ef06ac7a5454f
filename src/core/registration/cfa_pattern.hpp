// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_REGISTRATION_CFA_PATTERN_HPP_
#define PTYCHOPATCH_CORE_REGISTRATION_CFA_PATTERN_HPP_

#include "core/backend.hpp"

namespace ppatch {

// The caller's CFA, checked; name is the argument's.
CfaPattern read_cfa(const char* name, const ppatch_cfa& cfa);

// The array for a text of 4 or 36 letters R, G, B, row by row.
ppatch_cfa parse_cfa(const char* letters);

// The shift nearest to `shift` that moves each colour onto itself. Of equally near ones, the
// smaller in dy, then dx.
void round_to_lattice(const CfaPattern& mosaic, const double shift[2], std::int64_t lattice[2]);

}  // namespace ppatch

#endif  // PTYCHOPATCH_CORE_REGISTRATION_CFA_PATTERN_HPP_
