// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/sha1.hpp"

#include <nettle/base16.h>
#include <nettle/sha1.h>

#include <array>
#include <cstdint>

namespace ptychopatch::rawnind {

std::string sha1(std::span<const std::byte> bytes) {
  sha1_ctx context;
  sha1_init(&context);
  sha1_update(&context, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  std::array<std::uint8_t, SHA1_DIGEST_SIZE> digest{};
  sha1_digest(&context, digest.size(), digest.data());
  std::string text(BASE16_ENCODE_LENGTH(digest.size()), '\0');
  base16_encode_update(text.data(), digest.size(), digest.data());
  return text;
}

}  // namespace ptychopatch::rawnind
