// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace ptychopatch::mosaics {

// Refuses, before a decoder sees it, what a file's first bytes and directories show to be no camera
// RAW, to be cut off, or to hold no mosaic: decoders guess by a file's size alone, or fill in what
// is not there. source begins the sentence.
void check_raw_header(std::span<const std::byte> bytes, const std::string& source);

}  // namespace ptychopatch::mosaics
