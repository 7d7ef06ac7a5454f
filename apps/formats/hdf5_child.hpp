// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_HDF5_CHILD_HPP_
#define PTYCHOPATCH_APPS_FORMATS_HDF5_CHILD_HPP_

namespace ptychopatch::formats {

// What a child does: answers questions until there is nobody to ask any, then ends.
[[noreturn]] void serve_hdf5(int socket);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_HDF5_CHILD_HPP_
