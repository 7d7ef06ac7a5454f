// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <utility>

#include "core/backend.hpp"
#include "math/registration/cfa_carrier.hpp"

namespace ppatch {

struct PixelOffset {
  int y = 0, x = 0;
  bool operator==(const PixelOffset&) const = default;
};

using Neighbours = std::array<PixelOffset, 8>;

// The eight nearest pixels of the same colour, for each CFA phase; of equally near ones
// those that come first row by row.
struct CfaNeighbours {
  explicit CfaNeighbours(const CfaPattern& cfa);

  const Neighbours& at(int phase_y, int phase_x) const {
    const int phase = phase_y * period + phase_x;
    return of_phase[static_cast<std::size_t>(phase)];
  }

  int period;
  int reach = 0;  // largest |y| or |x| among them
  std::array<Neighbours, 36> of_phase{};
};

// Two of a pixel's neighbours, in its own row where there are such.
std::pair<PixelOffset, PixelOffset> two_of(const Neighbours& near);

// Where the CFA modulates chroma to, with the mean square of its colours' amplitudes there as
// strength. Returns how many; at most 35.
int cfa_carriers(const CfaPattern& cfa, Carrier* carriers);

}  // namespace ppatch
