// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mosaics/raw_image.hpp"

namespace ptychopatch::mosaics {

// The formats that are read, for a sentence.
inline constexpr const char* image_formats = "camera RAW, .npy, .tif, .png, .jpg, .mrc";

// What a file that is no camera RAW does not say by itself.
struct ImageSettings {
  Cfa cfa = no_cfa;
  double black = 0;
  double white = 0;  // 0: not known
};

// One image: a file, or one of several in it.
struct ImageItem {
  std::string path;
  std::optional<std::int64_t> index;

  // "stack.mrc[3]"
  std::string name() const { return index ? path + "[" + std::to_string(*index) + "]" : path; }
};

// Whether a file of a data set's folder is an image: by how the name of a camera RAW ends, or of
// one of the other images that are read.
bool names_image(const std::string& name);

// The images in a file: a .npy array (H, W), (M, H, W) or, of colours, (H, W, 3); an MRC file or
// stack; of all other files there is one, and the file is not opened.
std::vector<ImageItem> items_of(const std::string& path);

// A camera RAW through LibRaw; .npy, .png, .jpg, .tif and .mrc by what the settings say; of red,
// green and blue the luminance. Told apart by
// their first bytes; a TIFF file is a camera RAW unless its name ends with .tif or .tiff. Refusal
// where it is no image to register; other FormatErrors where it cannot be opened.
RawImage read_image(const ImageItem& item, const ImageSettings& settings,
                    const std::function<bool()>& stop = {});

// The same of bytes in memory, always those of one file of that name.
RawImage decode_image(std::span<const std::byte> bytes, const ImageItem& item,
                      const ImageSettings& settings, const std::function<bool()>& stop = {});

// What an image takes, as its file's header says.
struct ImageNeeds {
  std::int64_t height = 0, width = 0;
  Cfa cfa;
  std::uint64_t pixels = 0;    // bytes that it holds once it is decoded
  std::uint64_t decoding = 0;  // what decoding takes beside these, its process included
};

// Of read_image(), which throws alike where there is no image.
ImageNeeds needs_of(const ImageItem& item, const ImageSettings& settings);

// The formats by themselves, (H, W, channels). source begins every sentence.
formats::NpyArray decode_png(formats::ByteReader& bytes, const std::string& source);
formats::NpyArray decode_jpeg(formats::ByteReader& bytes, const std::string& source);
formats::NpyArray decode_tiff(formats::SeekableReader& bytes, const std::string& source);
formats::NpyArray decode_exr(formats::SeekableReader& bytes, const std::string& source);

// What they would make.
struct PlainHeader {
  formats::ElementType type;
  formats::Shape shape;
  std::uint64_t decoding = 0;  // bytes that its decoder takes besides
};
PlainHeader read_png_header(formats::ByteReader& bytes, const std::string& source);
PlainHeader read_jpeg_header(formats::ByteReader& bytes, const std::string& source);
PlainHeader read_tiff_header(formats::SeekableReader& bytes, const std::string& source);
PlainHeader read_exr_header(formats::SeekableReader& bytes, const std::string& source);

// Of an MRC file's header; data follow it.
struct MrcHeader {
  formats::ElementType type;
  std::int64_t sections = 0, height = 0, width = 0;
  std::uint64_t data_begin = 0;
};
// bytes: the first ones of so many. Refusal where the images would not fit in them.
MrcHeader read_mrc_header(std::span<const std::byte> bytes, std::uint64_t file_bytes,
                          const std::string& source);
formats::NpyArray decode_mrc(formats::SeekableReader& bytes, std::int64_t section,
                             const std::string& source);

}  // namespace ptychopatch::mosaics
