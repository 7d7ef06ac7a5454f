// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace ptychopatch::rawnind {

// FIPS 180-4, as 40 hexadecimal digits. RawNIND names files by it; it protects nothing.
std::string sha1(std::span<const std::byte> bytes);

}  // namespace ptychopatch::rawnind
