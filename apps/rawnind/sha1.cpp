// SPDX-License-Identifier: Apache-2.0
#include "rawnind/sha1.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace ptychopatch::rawnind {
namespace {

constexpr std::size_t kBlock = 64;
using Block = std::span<const std::byte, kBlock>;

class Digest {
 public:
  void add(Block block) {
    std::array<std::uint32_t, 80> words{};
    for (std::size_t i = 0; i < 64; ++i) {
      words[i / 4] = words[i / 4] << 8 | static_cast<std::uint32_t>(block[i]);
    }
    for (std::size_t i = 16; i < 80; ++i) {
      words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    }
    auto [a, b, c, d, e] = state_;
    for (std::size_t i = 0; i < 80; ++i) {
      const std::uint32_t mixed = i < 20   ? (b & c) | (~b & d)
                                  : i < 40 ? b ^ c ^ d
                                  : i < 60 ? (b & c) | (b & d) | (c & d)
                                           : b ^ c ^ d;
      static constexpr std::array<std::uint32_t, 4> kRound = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
                                                              0xca62c1d6};
      const std::uint32_t next = std::rotl(a, 5) + mixed + e + kRound[i / 20] + words[i];
      e = d;
      d = c;
      c = std::rotl(b, 30);
      b = a;
      a = next;
    }
    const std::array<std::uint32_t, 5> after = {a, b, c, d, e};
    for (std::size_t i = 0; i < 5; ++i) state_[i] += after[i];
  }

  std::string text() const {
    static constexpr const char* kDigits = "0123456789abcdef";
    std::string digits;
    for (const std::uint32_t word : state_) {
      for (int shift = 28; shift >= 0; shift -= 4) digits += kDigits[word >> shift & 0xf];
    }
    return digits;
  }

 private:
  std::array<std::uint32_t, 5> state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
                                         0xc3d2e1f0};
};

}  // namespace

std::string sha1(std::span<const std::byte> bytes) {
  Digest digest;
  const std::size_t whole = bytes.size() / kBlock * kBlock;
  for (std::size_t at = 0; at < whole; at += kBlock) {
    digest.add(bytes.subspan(at).first<kBlock>());
  }
  // The rest, one bit, zeros, the length in bits.
  std::array<std::byte, 2 * kBlock> last{};
  const std::size_t rest = bytes.size() - whole;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(whole), rest, last.begin());
  last[rest] = std::byte{0x80};
  const std::size_t used = rest + 9 <= kBlock ? kBlock : 2 * kBlock;
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (std::size_t i = 0; i < 8; ++i) {
    last[used - 1 - i] = static_cast<std::byte>(bits >> (8 * i) & 0xff);
  }
  for (std::size_t at = 0; at < used; at += kBlock) {
    digest.add(std::span<const std::byte>(last).subspan(at).first<kBlock>());
  }
  return digest.text();
}

}  // namespace ptychopatch::rawnind
