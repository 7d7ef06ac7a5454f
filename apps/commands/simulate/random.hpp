// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ptychopatch::simulate {

// SplitMix64: state grows by 0x9e3779b97f4a7c15, the output is the state mixed. Each use has a
// stream of its own, begun at seed + stream * 0xd1342543de82ef95, so that more cells in the
// specimen do not move the scan. Equal on every machine.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) : state_(seed + stream * 0xd1342543de82ef95u) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }

  // In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

 private:
  std::uint64_t state_;
};

}  // namespace ptychopatch::simulate
