// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_MAT_TYPES_HPP_
#define PTYCHOPATCH_APPS_FORMATS_MAT_TYPES_HPP_

#include <cstdint>

namespace ptychopatch::formats {

// Numbers of the MAT-File Format, version 5: types of data, by their tags.
enum MatType : std::uint32_t {
  kMatInt8 = 1,
  kMatUint8 = 2,
  kMatInt16 = 3,
  kMatUint16 = 4,
  kMatInt32 = 5,
  kMatUint32 = 6,
  kMatSingle = 7,
  kMatDouble = 9,
  kMatInt64 = 12,
  kMatUint64 = 13,
  kMatMatrix = 14,
  kMatCompressed = 15,
  kMatUtf8 = 16
};

// Classes of arrays, by their flags; 8 to 15 are int8, uint8, ... uint64.
enum MatClass : std::uint32_t {
  kMatClassStruct = 2,
  kMatClassObject = 3,
  kMatClassChar = 4,
  kMatClassDouble = 6,
  kMatClassSingle = 7,
  kMatClassInt8 = 8,
  kMatClassUint64 = 15,
  kMatClassOpaque = 17
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_MAT_TYPES_HPP_
