// SPDX-License-Identifier: Apache-2.0
#include "formats/scan_input.hpp"

#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/ptychopinn_input.hpp"

namespace ptychopatch::formats {
namespace {

class NpyPairInput : public ScanInput {
 public:
  NpyPairInput(std::string image, std::string positions)
      : image_(std::move(image)), positions_(std::move(positions)) {}

  std::string format() const override { return "npy"; }
  std::string convention_text() const override { return "plain arrays, the library's defaults"; }
  Convention convention() const override { return {}; }
  NamedArray image() const override { return {read_npy_file(image_), quoted(image_)}; }
  NamedArray positions() const override { return {read_npy_file(positions_), quoted(positions_)}; }

 private:
  std::string image_;
  std::string positions_;
};

}  // namespace

std::unique_ptr<ScanInput> open_scan(const std::string& path) {
  switch (container_of(path)) {
    case Container::kZip:
      return std::make_unique<PtychoPinnInput>(path);
    case Container::kNpy:
      throw FormatError(quoted(path) +
                        " is a single .npy array, expected a scan; give it as --image or "
                        "--positions");
    case Container::kHdf5:
      throw FormatError(quoted(path) +
                        " is an HDF5 file, which this version does not read; expected a "
                        "PtychoPINN .npz");
    case Container::kUnknown:
      break;
  }
  throw FormatError(quoted(path) +
                    " is no scan: expected a PtychoPINN .npz archive, whose first "
                    "bytes are those of a zip file");
}

std::unique_ptr<ScanInput> open_npy_pair(const std::string& image, const std::string& positions) {
  return std::make_unique<NpyPairInput>(image, positions);
}

}  // namespace ptychopatch::formats
