// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"
#include "math/random.hpp"

// Random choices that any thread can make on its own: they depend on key and place alone.
namespace ppatch {

// What random numbers are for: a stream of its own each.
enum class RandomUse : std::uint64_t { jitter = 0, order = 1, members = 2 };

PPATCH_HD std::uint64_t random_word(std::uint64_t key, RandomUse use, std::uint64_t place,
                                    std::uint64_t draw) {
  const Philox x = philox(key, place, static_cast<std::uint64_t>(use) << 56 | draw);
  return static_cast<std::uint64_t>(x.word[0]) << 32 | x.word[1];
}

// floor(word n / 2^64), and what is left of the product.
struct ScaledWord {
  std::uint64_t whole, rest;
};
PPATCH_HD ScaledWord scale_word(std::uint64_t word, std::uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(word) * n;
  return {static_cast<std::uint64_t>(product >> 64), static_cast<std::uint64_t>(product)};
}

// Uniform in [0, n), without bias: words that would favour some values are drawn again. `draw`
// counts the words of this place.
PPATCH_HD std::int64_t random_below(std::uint64_t key, RandomUse use, std::uint64_t place,
                                    std::int64_t n, std::uint64_t* draw) {
  const auto count = static_cast<std::uint64_t>(n);
  ScaledWord scaled = scale_word(random_word(key, use, place, (*draw)++), count);
  if (scaled.rest < count) {
    const std::uint64_t unfair = (0 - count) % count;
    while (scaled.rest < unfair) {
      scaled = scale_word(random_word(key, use, place, (*draw)++), count);
    }
  }
  return static_cast<std::int64_t>(scaled.whole);
}

// A random order of the numbers below n, by key, of which any entry can be asked for: Feistel's
// network on a rectangle a x b that just holds n (Black and Rogaway: Ciphers with arbitrary finite
// domains; CT-RSA 2002), walked until the number is below n. Halves are shifted by addition modulo
// their size.
class RandomOrder {
 public:
  static constexpr int max_rounds = 24;  // few numbers need more to be mixed

  RandomOrder() = default;
  PPATCH_HD RandomOrder(std::uint64_t key, std::int64_t n) : n_(static_cast<std::uint64_t>(n)) {
    while (columns_ < max_columns && columns_ * columns_ < n_) columns_ *= 2;
    // The least square, found from above: no libm, and no rounding.
    std::uint64_t low = columns_ / 2;
    while (columns_ - low > 1) {
      const std::uint64_t middle = low + (columns_ - low) / 2;
      (middle * middle < n_ ? low : columns_) = middle;
    }
    // Shifts modulo odd sizes alone would make even permutations only.
    columns_ += columns_ % 2;
    rows_ = (n_ + columns_ - 1) / columns_;
    rounds_ = n < 1024 ? max_rounds : max_rounds / 2;
    for (int round = 0; round < rounds_; ++round) {
      keys_[round] = random_word(key, RandomUse::order, n_, static_cast<std::uint64_t>(round));
    }
  }

  PPATCH_HD std::int64_t at(std::int64_t place) const {
    auto value = static_cast<std::uint64_t>(place);
    do {
      value = shuffled(value);
    } while (value >= n_);
    return static_cast<std::int64_t>(value);
  }

 private:
  // Its square holds any n below 2^63.
  static constexpr std::uint64_t max_columns = std::uint64_t{1} << 32;

  // Steele, Lea and Flood's mixing function of 64 bits (OOPSLA 2014).
  PPATCH_HD static std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
  }

  // Halves are below 2^32.
  PPATCH_HD static std::uint64_t shift(std::uint64_t value, std::uint64_t other, std::uint64_t key,
                                       std::uint64_t size) {
    const std::uint64_t by = ((mixed(key + other * 0x9E3779B97F4A7C15ULL) >> 32) * size) >> 32;
    const std::uint64_t sum = value + by;
    return sum >= size ? sum - size : sum;
  }

  PPATCH_HD std::uint64_t shuffled(std::uint64_t value) const {
    std::uint64_t row = value / columns_;
    std::uint64_t column = value % columns_;
    for (int round = 0; round < rounds_; round += 2) {
      row = shift(row, column, keys_[round], rows_);
      column = shift(column, row, keys_[round + 1], columns_);
    }
    return row * columns_ + column;
  }

  std::uint64_t n_ = 0;
  std::uint64_t rows_ = 1, columns_ = 1;
  int rounds_ = 0;
  std::uint64_t keys_[max_rounds] = {};
};

}  // namespace ppatch
