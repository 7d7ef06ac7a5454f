// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_HDF5_SERVER_HPP_
#define PTYCHOPATCH_APPS_FORMATS_HDF5_SERVER_HPP_

#include <cstdint>

namespace ptychopatch::formats {

enum class Hdf5Answer : std::uint64_t { kGood, kRefused, kNoMemory };

// A question is one of these, the file's number and what the method of Hdf5Reader by this name
// takes. An answer begins with a Hdf5Answer; that of kRead is followed by the data.
enum class Hdf5Question : std::uint64_t {
  kOpenPath,
  kOpenBytes,
  kClose,
  kKeys,
  kHas,
  kHeader,
  kRead,
  kText,
  kAttribute,
  kTextAttribute,
  kLink,
  kChildren
};

// Answers questions until there is nobody to ask any, then ends the process.
[[noreturn]] void serve_hdf5(int socket);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_HDF5_SERVER_HPP_
