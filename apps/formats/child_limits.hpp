// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_CHILD_LIMITS_HPP_
#define PTYCHOPATCH_APPS_FORMATS_CHILD_LIMITS_HPP_

#include <cstdint>

namespace ptychopatch::formats {

// What a child of ChildProcess begins with: it takes over no signals, prints nothing, leaves no
// core.
void begin_child();

// From now on it may take the memory and the processor's time that so many bytes of data need, and
// what any question needs; it ends where it takes more.
void allow_child(std::uint64_t data_bytes);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_CHILD_LIMITS_HPP_
