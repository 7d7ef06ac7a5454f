// SPDX-License-Identifier: Apache-2.0
#include "core/registration/cfa_pattern.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "core/error.hpp"

namespace ppatch {
namespace {

bool keeps_colours(const CfaPattern& pattern, std::int64_t dy, std::int64_t dx) {
  const int p = pattern.period;
  for (int y = 0; y < p; ++y) {
    for (int x = 0; x < p; ++x) {
      if (pattern.at(y + dy, x + dx) != pattern.at(y, x)) return false;
    }
  }
  return true;
}

}  // namespace

CfaPattern read_cfa(const char* name, const ppatch_cfa& cfa) {
  const bool none = cfa.height == 0 && cfa.width == 0;
  if (!none &&
      (cfa.height != cfa.width || (cfa.height != 1 && cfa.height != 2 && cfa.height != 6))) {
    invalid(name, ": expected 0 x 0 (no mosaic), 1 x 1, 2 x 2 or 6 x 6, got ", cfa.height, " x ",
            cfa.width);
  }
  for (const std::uint8_t byte : cfa.reserved) {
    if (byte != 0) invalid(name, ".reserved: expected 0, got ", static_cast<int>(byte));
  }
  CfaPattern pattern;
  pattern.period = none ? 1 : cfa.height;
  for (int i = 0; i < pattern.period * pattern.period && !none; ++i) {
    if (cfa.colour[i] > 3) {
      invalid(name, ".colour[", i,
              "]: expected 0 (red), 1 (green), 2 (blue) or 3 (second green), got ",
              static_cast<int>(cfa.colour[i]));
    }
    pattern.colour[i] = cfa.colour[i] == 3 ? 1 : cfa.colour[i];
  }
  if (std::all_of(pattern.colour, pattern.colour + pattern.period * pattern.period,
                  [&](unsigned char c) { return c == pattern.colour[0]; })) {
    pattern = CfaPattern();
  }
  return pattern;
}

ppatch_cfa parse_cfa(const char* letters) {
  constexpr const char* what = "letters: expected 4 or 36 letters R, G or B, row by row, got ";
  constexpr std::size_t shown = 40;  // longer texts are cut off in the message
  if (!letters) invalid(what, "NULL");
  const std::string text(letters, strnlen(letters, shown));
  ppatch_cfa cfa = ppatch_cfa_none();
  cfa.height = cfa.width = text.size() == 4 ? 2 : 6;
  if (text.size() != 4 && text.size() != 36) invalid(what, '"', text, '"');
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t colour = std::string("RGB").find(text[i]);
    if (colour == std::string::npos) invalid(what, '"', text, '"');
    cfa.colour[i] = static_cast<std::uint8_t>(colour);
  }
  return cfa;
}

int block_side(const CfaPattern& pattern) {
  return pattern.period == 1 ? 1 : pattern.period == 2 ? 2 : 3;
}

int full_block(const CfaPattern& pattern) {
  const int block = block_side(pattern);
  for (int by = 0; by < pattern.period && block > 1; by += block) {
    for (int bx = 0; bx < pattern.period; bx += block) {
      bool has[3] = {};
      for (int i = 0; i < block * block; ++i)
        has[pattern.at(by + i / block, bx + i % block)] = true;
      if (!has[0] || !has[1] || !has[2]) {
        invalid("cfa: expected red, green and blue in every ", block, " x ", block,
                " block, got one without");
      }
    }
  }
  return block;
}

void round_to_lattice(const CfaPattern& pattern, const double shift[2], std::int64_t lattice[2]) {
  const int p = pattern.period;
  const auto cell_y = static_cast<std::int64_t>(std::floor(shift[0] / p)) * p;
  const auto cell_x = static_cast<std::int64_t>(std::floor(shift[1] / p)) * p;
  double best = INFINITY;
  // A lattice point lies in every period, so the nearest is within one of this one.
  for (std::int64_t y = -p; y <= 2 * p; ++y) {
    for (std::int64_t x = -p; x <= 2 * p; ++x) {
      if (!keeps_colours(pattern, y + p, x + p)) continue;
      const double ey = static_cast<double>(cell_y + y) - shift[0];
      const double ex = static_cast<double>(cell_x + x) - shift[1];
      const double distance = ey * ey + ex * ex;
      if (!(distance < best)) continue;
      best = distance;
      lattice[0] = cell_y + y;
      lattice[1] = cell_x + x;
    }
  }
}

void expect_shift(const double* shift) {
  expect_pointer("shift", "two numbers", shift);
  for (int axis = 0; axis < 2; ++axis) {
    if (!(std::abs(shift[axis]) <= 1e9)) {
      invalid("shift[", axis, "]: expected a number within +-1e9, got ", shift[axis]);
    }
  }
}

void cfa_round(const ppatch_cfa& cfa, const double* shift, std::int64_t* lattice) {
  const CfaPattern pattern = read_cfa("cfa", cfa);
  expect_shift(shift);
  expect_pointer("lattice", "room for two numbers", lattice);
  round_to_lattice(pattern, shift, lattice);
}

}  // namespace ppatch
