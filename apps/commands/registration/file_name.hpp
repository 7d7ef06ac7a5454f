// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ptychopatch::rawnind {

// {Type}_{scene}_[GT_]ISO{n}_sha1={hex}.{ext}
struct FileName {
  std::string type;   // "Bayer", "X-Trans"
  std::string scene;  // may hold underscores
  bool reference = false;
  std::string rest;  // from "ISO" on

  std::string text() const;
};

// None where the name is not of the form ^([^_]+)_(.*)_((GT_)?ISO.*)$. That form by itself gives a
// reference's "_GT" to the scene; here it never belongs to it.
std::optional<FileName> parse_file_name(std::string_view name);

// FIPS 180-4, as 40 hexadecimal digits. RawNIND names files by it; it protects nothing.
std::string sha1(std::span<const std::byte> bytes);

}  // namespace ptychopatch::rawnind
