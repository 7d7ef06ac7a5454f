// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>

#include "formats/child_process.hpp"
#include "formats/input_file.hpp"
#include "formats/mapped_file.hpp"
#include "mosaics/image_input.hpp"

namespace ptychopatch::mosaics {

using formats::Interruption;

// A camera RAW, decoded by LibRaw in a process of its own: active area, CFA, levels. Where black
// levels differ from pixel to pixel, pixels are raised to the highest of them, so that one number
// tells black. Refusal where it is no mosaic, is cut off, or cannot be decoded. stop is asked now
// and then and makes it throw Interruption.
RawImage decode_raw(std::span<const std::byte> bytes, const std::string& source,
                    const std::function<bool()>& stop = {});

// The same of a file.
RawImage read_raw(formats::InputFile& file, const std::string& source,
                  const std::function<bool()>& stop = {});
ImageNeeds raw_needs(formats::InputFile& file, const std::string& source);

// Refuses, before a decoder sees it, what a file's first bytes and directories show to be no camera
// RAW, to be cut off, or to hold no mosaic: decoders guess by a file's size alone, or fill in what
// is not there. source begins the sentence.
void check_raw_header(std::span<const std::byte> bytes, const std::string& source);

// decode_raw() in this process, of a file whose header has been checked; file: if it is mapped.
RawImage decode_raw_here(std::span<const std::byte> bytes, const std::string& source,
                         const formats::MappedFile* file = nullptr);
ImageNeeds raw_needs_here(std::span<const std::byte> bytes, const std::string& source);

}  // namespace ptychopatch::mosaics
