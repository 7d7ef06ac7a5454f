// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_SCAN_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_SCAN_INPUT_HPP_

#include <memory>
#include <string>

#include "formats/npy_array.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ptychopatch::formats {

// What a format documents about its positions. Nothing is inferred from data.
struct Convention {
  ppatch_anchor anchor = PPATCH_CORNER;
  ppatch_axes axes = PPATCH_YX;
  ppatch_sign sign = PPATCH_WINDOW;
};

// An array and how a message and the metadata name where it came from.
struct NamedArray {
  NpyArray array;
  std::string source;
};

// A scan in a file: an image and the positions at which patches are cut, in pixels of the image.
// One reader per format implements this.
class ScanInput {
 public:
  virtual ~ScanInput() = default;

  virtual std::string format() const = 0;           // "ptychopinn"
  virtual std::string convention_text() const = 0;  // what the format documents, one phrase
  virtual Convention convention() const = 0;
  virtual NamedArray image() const = 0;
  virtual NamedArray positions() const = 0;  // (K, 2), columns in the convention's axes
};

// The reader whose format the file's contents show; FormatError where there is none.
std::unique_ptr<ScanInput> open_scan(const std::string& path);

// A pair of .npy files in the library's own convention. A path may be "": that part is then not to
// be asked for.
std::unique_ptr<ScanInput> open_npy_pair(const std::string& image, const std::string& positions);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_SCAN_INPUT_HPP_
