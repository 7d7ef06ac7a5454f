// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "formats/element_type.hpp"
#include "formats/hdf5_handle.hpp"

namespace ptychopatch::formats {

// What one element of a dataset becomes in memory. Complex numbers are pairs of floats, as h5py
// stores them. FormatError, begun by source, where the type is none that is read.
ElementType element_type_of(hid_t type, const std::string& source);

// An integer or a float of those that are read.
bool is_hdf5_number(hid_t type);

// The HDF5 type of an element in memory; where an element is complex, with the names of the pair
// in `like` (or "r" and "i" where like is negative).
Hdf5Handle memory_type(const ElementType& type, hid_t like);

}  // namespace ptychopatch::formats
