// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace ptychopatch::mosaics {

// The colours of a sensor's filters, from the first pixel of the image: 0 red, 1 green, 2 blue.
// period 1: none; 2: Bayer; 6: X-Trans. Colours lie row by row, period x period of them.
struct Cfa {
  int period = 1;
  std::array<std::uint8_t, 36> colours{};

  std::uint8_t colour(std::int64_t y, std::int64_t x) const {
    return colours[static_cast<std::size_t>(y % period * period + x % period)];
  }
  bool mosaic() const { return period > 1; }

  // "none", "RGGB", "XTRANS" in its usual orientation, or six rows of an X-Trans in another:
  // "RBGBRG/GGRGGB/...".
  std::string name() const;

  // The pattern as seen from pixel (y, x).
  Cfa shifted(std::int64_t y, std::int64_t x) const;

  friend bool operator==(const Cfa&, const Cfa&) = default;
};

inline constexpr Cfa no_cfa{};
// Beside none, what parse_cfa takes, for a sentence.
inline constexpr const char* cfa_names =
    "RGGB, BGGR, GRBG, GBRG, XTRANS or 36 letters of an X-Trans";
const Cfa& xtrans();  // GGRGGB/GGBGGR/BRGRBG/GGBGGR/GGRGGB/RBGBRG

// What --cfa says: none, one of the four Bayer orders, XTRANS, or 4 or 36 letters R, G, B with or
// without slashes between rows. None where the text is neither, or there is no such filter.
std::optional<Cfa> parse_cfa(const std::string& text);

// Two greens on a diagonal of 2 x 2 with one red and one blue; or 6 x 6 where three rows or three
// columns further red and blue change places, and 3 x 3 hold five greens.
bool is_real(const Cfa& cfa);

}  // namespace ptychopatch::mosaics
