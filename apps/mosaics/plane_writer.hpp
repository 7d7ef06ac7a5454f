// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "formats/output_file.hpp"

namespace ptychopatch::mosaics {

// One image of 32-bit floats, height x width in rows from the top, as a whole file. The same pixels
// give the same bytes. FormatError where it cannot be written.

// Uncompressed; of more than 4 GB a BigTIFF.
void write_tiff(formats::OutputFile& file, std::span<const float> pixels, std::int64_t height,
                std::int64_t width);

// MRC2014 of mode 2, one section, its first row first.
void write_mrc(formats::OutputFile& file, std::span<const float> pixels, std::int64_t height,
               std::int64_t width);

}  // namespace ptychopatch::mosaics
