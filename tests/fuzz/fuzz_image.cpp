// SPDX-License-Identifier: Apache-2.0
// Camera RAWs, DNG, PNG, TIFF, OpenEXR, MRC and .npy as `align` reads them, from memory: any bytes
// are read or refused in one sentence.
#include <array>
#include <cstdlib>
#include <string>

#include "formats/format_error.hpp"
#include "mosaics/image_input.hpp"

using namespace ptychopatch;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Where names decide between formats; those of RAWs do not.
  static const std::array<std::string, 5> names = {"x.dng", "x.tif", "x.mrc", "x.npy", "x.jpg"};
  if (size == 0) return 0;
  const std::string& name = names[data[size - 1] % names.size()];
  const auto bytes = std::as_bytes(std::span(data, size - 1));
  mosaics::ImageSettings settings;
  if (data[size - 1] >= 128) settings.cfa = mosaics::xtrans();
  try {
    const mosaics::RawImage image = mosaics::decode_image(bytes, {name, std::nullopt}, settings);
    const auto pixels = static_cast<std::size_t>(image.height() * image.width());
    if (image.pixels.data.size() != pixels * image.pixels.type.size) std::abort();
    if (!mosaics::is_real(image.cfa)) std::abort();
  } catch (const formats::FormatError& error) {
    if (std::string(error.what()).empty()) std::abort();
  } catch (const std::bad_alloc&) {
  }
  return 0;
}
