// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "formats/byte_reader.hpp"
#include "formats/bytes.hpp"

namespace ptychopatch::formats {

// What a bzip2 file holds. Memory is taken as the bytes come; more than this machine has is
// refused.
Bytes unpack_bzip2(ByteReader& reader, const std::string& source);

}  // namespace ptychopatch::formats
