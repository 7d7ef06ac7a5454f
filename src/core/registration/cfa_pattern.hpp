// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/backend.hpp"

namespace ppatch {

// The caller's CFA, checked; name is the argument's.
CfaPattern read_cfa(const char* name, const ppatch_cfa& cfa);

// The array for a text of 4 or 36 letters R, G, B, row by row.
ppatch_cfa parse_cfa(const char* letters);

// The side of the blocks over which a CFA's colours even out: 1 where there is no mosaic. A sample
// of the band-limited image is of one.
int block_side(const CfaPattern& cfa);

// The same, of blocks that hold all colours; a CFA with one that does not is refused.
int full_block(const CfaPattern& cfa);

// The shift nearest to `shift` that moves each colour onto itself. Of equally near ones, the
// smaller in dy, then dx.
void round_to_lattice(const CfaPattern& cfa, const double shift[2], std::int64_t lattice[2]);

// A caller's shift: refused where it is NULL or far from any image.
void expect_shift(const double* shift);
// ppatch_cfa_round, its arguments checked.
void cfa_round(const ppatch_cfa& cfa, const double* shift, std::int64_t* lattice);

}  // namespace ppatch
