// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "formats/array_store.hpp"
#include "formats/format_error.hpp"
#include "formats/placement.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ptychopatch::formats {

class Channel;

// What a format documents about its positions. Nothing is inferred from data.
struct Convention {
  ppatch_anchor anchor = PPATCH_ANCHOR_CORNER;
  ppatch_axes axes = PPATCH_AXES_YX;
  ppatch_sign sign = PPATCH_SIGN_WINDOW;
};

// A part of a scan, or why the file does not give it, which is an error for who takes it.
template <class T>
struct Part {
  std::optional<T> value;
  std::string refused;

  T take() {
    if (!value) throw FormatError(refused);
    return std::move(*value);
  }
};

// A scan in a file: an image and the positions at which patches are extracted.
struct ScanInput {
  std::string format;           // "ptychopinn"
  std::string convention_text;  // what the format documents, one phrase
  Convention convention;
  Part<NamedArray> image;
  Part<NamedArray> positions;  // (K, 2), columns in the convention's axes, as the placement says
  // Where the scan was first meant to be, as the positions; neither part where nothing says so.
  Part<NamedArray> start_positions;
  Part<Placement> placement;
};

void exchange(Channel& channel, ScanInput& scan);

// Which arrays of a scan are read.
struct Wanted {
  bool image = true, positions = true;
};

// By what the file's contents show; FormatError where it is of no known format.
ScanInput read_scan(const std::string& path, Wanted wanted = {});
// The scan in an open file; none where it is of no known scan's format.
std::optional<ScanInput> find_scan(const ArrayStore& store, Wanted wanted = {});
// A scan's file, or a .npy file that holds the one part that is wanted.
ScanInput read_part(const std::string& path, Wanted wanted);

}  // namespace ptychopatch::formats
