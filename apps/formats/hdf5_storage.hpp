// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "formats/hdf5_handle.hpp"

namespace ptychopatch::formats {

// How many bytes are stored for a dataset at most, deflated perhaps: in its file, or in those that
// it is a view of or keeps its data in, each of which has to be there. FormatError begins with
// `source`.
std::uint64_t hdf5_stored_bytes(hid_t dataset, const std::string& source);

}  // namespace ptychopatch::formats
