// SPDX-License-Identifier: Apache-2.0
#include "core/registration/cfa_neighbours.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <vector>

namespace ppatch {

CfaNeighbours::CfaNeighbours(const CfaPattern& cfa) : period(cfa.period) {
  // Within this distance every pattern of period 6 with a colour once in it has eight of it.
  constexpr int search = 12;
  std::vector<PixelOffset> offsets;
  for (int y = -search; y <= search; ++y) {
    for (int x = -search; x <= search; ++x) {
      if (y != 0 || x != 0) offsets.push_back({y, x});
    }
  }
  std::sort(offsets.begin(), offsets.end(), [](const PixelOffset& a, const PixelOffset& b) {
    return std::tuple(a.y * a.y + a.x * a.x, a.y, a.x) <
           std::tuple(b.y * b.y + b.x * b.x, b.y, b.x);
  });
  for (int py = 0; py < period; ++py) {
    for (int px = 0; px < period; ++px) {
      const int phase = py * period + px;
      Neighbours& found = of_phase[static_cast<std::size_t>(phase)];
      std::size_t count = 0;
      for (const PixelOffset& o : offsets) {
        if (count == found.size()) break;
        if (cfa.at(py + o.y + 2 * search * period, px + o.x + 2 * search * period) !=
            cfa.at(py, px)) {
          continue;
        }
        found[count++] = o;
        reach = std::max({reach, std::abs(o.y), std::abs(o.x)});
      }
    }
  }
}

std::pair<PixelOffset, PixelOffset> two_of(const Neighbours& near) {
  for (const PixelOffset& a : near) {
    if (a.y != 0) continue;
    for (const PixelOffset& b : near) {
      if (b == PixelOffset{0, -a.x}) return {a, b};
    }
  }
  return {near[0], near[1]};
}

int cfa_carriers(const CfaPattern& cfa, Carrier* carriers) {
  const int p = cfa.period;
  int count = 0;
  for (int ky = 0; ky < p; ++ky) {
    for (int kx = 0; kx < p; ++kx) {
      if (ky == 0 && kx == 0) continue;
      double strength = 0.0;
      for (int colour = 0; colour < 3; ++colour) {
        double re = 0.0;
        double im = 0.0;
        for (int y = 0; y < p; ++y) {
          for (int x = 0; x < p; ++x) {
            if (cfa.at(y, x) != colour) continue;
            double c = 0.0;
            double s = 0.0;
            unit_phase(static_cast<double>(ky * y + kx * x) / p, &c, &s);
            re += c;
            im += s;
          }
        }
        strength += (re * re + im * im) / (static_cast<double>(p) * p * p * p);
      }
      if (strength < 1e-9) continue;
      carriers[count++] = {static_cast<float>(line_frequency(ky, p)),
                           static_cast<float>(line_frequency(kx, p)), static_cast<float>(strength)};
    }
  }
  return count;
}

}  // namespace ppatch
