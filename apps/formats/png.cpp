// SPDX-License-Identifier: Apache-2.0
#include "formats/png.hpp"

#include <png.h>

#include <stdexcept>
#include <string>

namespace ptychopatch::formats {

Bytes encode_png(std::span<const std::uint8_t> rgb, std::int64_t height, std::int64_t width) {
  if (height < 1 || width < 1 || height > PNG_USER_HEIGHT_MAX || width > PNG_USER_WIDTH_MAX ||
      rgb.size() != static_cast<std::size_t>(3 * height * width)) {
    throw std::logic_error("a picture's size and its pixels disagree");
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  Bytes file(size);
  if (png_image_write_to_memory(&image, file.data(), &size, 0, rgb.data(), 0, nullptr) == 0) {
    throw std::runtime_error(std::string("libpng cannot write a picture: ") + image.message);
  }
  file.resize(size);
  return file;
}

}  // namespace ptychopatch::formats
