// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace ptychopatch::bench {

// Bytes are a multiple of limit_block, pointers of 64.
constexpr std::int64_t limit_block = 1024;

// Stores past the caches.
void fill_streaming(std::byte* to, std::int64_t bytes);

// Adds everything up.
std::uint64_t read_streaming(const std::byte* from, std::int64_t bytes);

}  // namespace ptychopatch::bench
