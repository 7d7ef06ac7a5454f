// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/file_name.hpp"

#include <nettle/base16.h>
#include <nettle/sha1.h>

#include <array>
#include <cstdint>

namespace ptychopatch::rawnind {

std::string FileName::text() const {
  return type + "_" + scene + (reference ? "_GT_" : "_") + rest;
}

std::optional<FileName> parse_file_name(std::string_view name) {
  constexpr std::string_view reference_suffix = "_GT";
  const std::size_t first = name.find('_');
  const std::size_t last = name.rfind("_ISO");
  if (first == std::string_view::npos || first == 0 || last == std::string_view::npos) {
    return std::nullopt;
  }
  // A scene with no name needs an underscore of its own on either side.
  if (last <= first) return std::nullopt;
  std::string_view scene = name.substr(first + 1, last - first - 1);
  FileName parsed;
  parsed.type = name.substr(0, first);
  parsed.reference = scene.ends_with(reference_suffix);
  if (parsed.reference) scene.remove_suffix(reference_suffix.size());
  parsed.scene = scene;
  parsed.rest = name.substr(last + 1);
  return parsed;
}

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
