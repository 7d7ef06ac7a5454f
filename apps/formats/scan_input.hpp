// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_SCAN_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_SCAN_INPUT_HPP_

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "formats/npy_array.hpp"
#include "formats/placement.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ptychopatch::formats {

class ArrayStore;

// What a format documents about its positions. Nothing is inferred from data.
struct Convention {
  ppatch_anchor anchor = PPATCH_ANCHOR_CORNER;
  ppatch_axes axes = PPATCH_AXES_YX;
  ppatch_sign sign = PPATCH_SIGN_WINDOW;
};

// An array and how a message and the metadata name where it came from.
struct NamedArray {
  NpyArray array;
  std::string source;
};

// A scan in a file: an image and the positions at which patches are cut. One reader per format
// implements this. What a file lacks is refused when it is asked for.
class ScanInput {
 public:
  virtual ~ScanInput() = default;

  virtual std::string format() const = 0;           // "ptychopinn"
  virtual std::string convention_text() const = 0;  // what the format documents, one phrase
  virtual Convention convention() const = 0;
  virtual NamedArray image() const = 0;
  // (K, 2), columns in the convention's axes, as placement() says.
  virtual NamedArray positions() const = 0;
  virtual Placement placement() const { return {}; }
  // Where the scan was first meant to be, as positions(), where the file says so.
  virtual std::optional<NamedArray> start_positions() const { return std::nullopt; }
};

// The reader whose format the file's contents show; FormatError where there is none.
std::unique_ptr<ScanInput> open_scan(const std::string& path);
// The same from memory, which must outlive the reader.
std::unique_ptr<ScanInput> open_scan(std::span<const std::byte> bytes, const std::string& name);

// The scan in an open file; none where it is of no known scan's format.
std::unique_ptr<ScanInput> find_scan(std::unique_ptr<ArrayStore> store);

// A scan's file, or a .npy file that holds the one part that will be asked for.
std::unique_ptr<ScanInput> open_part(const std::string& path);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_SCAN_INPUT_HPP_
