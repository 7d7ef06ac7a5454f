// SPDX-License-Identifier: Apache-2.0
#include "mosaics/cfa.hpp"

#include <algorithm>
#include <string_view>

namespace ptychopatch::mosaics {
namespace {

constexpr std::string_view colour_letters = "RGB";

std::optional<Cfa> parse_letters(const std::string& text) {
  std::string letters = text;
  std::erase(letters, '/');
  Cfa cfa;
  if (letters.size() != 4 && letters.size() != 36) return std::nullopt;
  cfa.period = letters.size() == 4 ? 2 : 6;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const std::size_t colour = colour_letters.find(letters[i]);
    if (colour == std::string_view::npos) return std::nullopt;
    cfa.colours[i] = static_cast<std::uint8_t>(colour);
  }
  return cfa;
}

bool is_bayer(const Cfa& cfa) {
  const auto& c = cfa.colours;
  const bool falling = c[0] == 1 && c[3] == 1 && c[1] != 1 && c[2] == 2 - c[1];
  const bool rising = c[1] == 1 && c[2] == 1 && c[0] != 1 && c[3] == 2 - c[0];
  return falling || rising;
}

bool is_xtrans(const Cfa& cfa) {
  for (int y = 0; y < 6; ++y) {
    for (int x = 0; x < 6; ++x) {
      if (cfa.colour(y, x) != cfa.colour(y + 3, x + 3)) return false;
      const auto other = static_cast<std::uint8_t>(2 - cfa.colour(y, x));
      if (cfa.colour(y + 3, x) != other) return false;
    }
  }
  int greens = 0;
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 3; ++x) greens += cfa.colour(y, x) == 1 ? 1 : 0;
  }
  return greens == 5;
}

}  // namespace

const Cfa& xtrans() {
  static const Cfa cfa = *parse_letters("GGRGGB/GGBGGR/BRGRBG/GGBGGR/GGRGGB/RBGBRG");
  return cfa;
}

bool is_real(const Cfa& cfa) {
  return cfa.period == 1 || (cfa.period == 2 ? is_bayer(cfa) : is_xtrans(cfa));
}

std::string Cfa::name() const {
  if (!mosaic()) return "none";
  if (*this == xtrans()) return "XTRANS";
  std::string text;
  for (int y = 0; y < period; ++y) {
    if (period > 2 && y != 0) text += '/';
    for (int x = 0; x < period; ++x) text += colour_letters[colour(y, x)];
  }
  return text;
}

Cfa Cfa::shifted(std::int64_t y, std::int64_t x) const {
  Cfa result;
  result.period = period;
  const auto wrapped = [this](std::int64_t i) { return (i % period + period) % period; };
  for (int i = 0; i < period * period; ++i) {
    result.colours[static_cast<std::size_t>(i)] =
        colour(wrapped(y + i / period), wrapped(x + i % period));
  }
  return result;
}

std::optional<Cfa> parse_cfa(const std::string& text) {
  if (text == "none") return no_cfa;
  if (text == "XTRANS") return xtrans();
  const std::optional<Cfa> cfa = parse_letters(text);
  return cfa && is_real(*cfa) ? cfa : std::nullopt;
}

}  // namespace ptychopatch::mosaics
