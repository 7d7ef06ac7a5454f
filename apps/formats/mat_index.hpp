// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_MAT_INDEX_HPP_
#define PTYCHOPATCH_APPS_FORMATS_MAT_INDEX_HPP_

#include <map>
#include <string>
#include <vector>

#include "formats/mat_stream.hpp"
#include "formats/npy_header.hpp"

namespace ptychopatch::formats {

// An array of a MAT file.
struct MatEntry {
  MatPlace place;                    // of the variable that it is, or is a field of
  std::uint64_t begin = 0, end = 0;  // of its values in there: one tag, or two of complex numbers
  NpyHeader header;                  // in Fortran order
  bool complex = false;
  std::string refused;  // why it cannot be read: "is neither numbers nor text"; "" where it can
};

// What is in a MAT file of version 5, found by walking its tags without a look at any value.
struct MatIndex {
  bool swapped = false;
  std::vector<std::string> keys;  // in the file's order; "outputs.probe_positions" for a field
  std::map<std::string, MatEntry> entries;
};

// name is quoted. FormatError where anything claims more than what holds it, or nests too deep.
MatIndex index_mat(const MatBytes& bytes, const std::string& name);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_MAT_INDEX_HPP_
