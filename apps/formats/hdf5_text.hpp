// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "formats/hdf5_handle.hpp"

namespace ptychopatch::formats {

// The one text in a dataset or an attribute; None where it holds anything else.
std::optional<std::string> hdf5_text(hid_t object, bool is_attribute);

// A text as the root group's attribute; false where it cannot be written.
bool write_hdf5_text(hid_t file, const std::string& name, const std::string& utf8);

}  // namespace ptychopatch::formats
