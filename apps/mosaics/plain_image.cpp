// SPDX-License-Identifier: Apache-2.0
#include "mosaics/plain_image.hpp"

#include <cstring>

#include "formats/memory_limit.hpp"
#include "formats/tensor.hpp"
#include "mosaics/refusal.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::mosaics {
namespace {

// To one of the types that the library registers.
formats::NpyArray converted(formats::NpyArray array, const std::string& source) {
  using formats::Kind;
  const formats::ElementType type = array.type;
  if (type.kind == Kind::unsigned_integer && type.size == 2) return array;
  if (type.kind == Kind::unsigned_integer && type.size == 1) {
    formats::NpyArray wide{
        {Kind::unsigned_integer, 2}, array.shape, formats::Bytes(2 * array.data.size())};
    auto* to = reinterpret_cast<std::uint16_t*>(wide.data.data());
    for (std::size_t i = 0; i < array.data.size(); ++i) {
      to[i] = static_cast<std::uint16_t>(array.data.data()[i]);
    }
    return wide;
  }
  return formats::to_array(
      formats::to_tensor(std::move(array), formats::nearest_dtype(type), source));
}

ppatch_dtype sample_type(const formats::ElementType& type) {
  const bool is_float = type.kind == formats::Kind::floating;
  if (is_float) return type.size == 8 ? PPATCH_F64 : PPATCH_F32;
  if (type.kind == formats::Kind::signed_integer) return PPATCH_I16;
  return type.size == 2 ? PPATCH_U16 : PPATCH_U8;
}

template <class T>
bool all_are(const formats::NpyArray& array, T highest) {
  const auto* values = reinterpret_cast<const T*>(array.data.data());
  const std::int64_t channels = array.shape[2];
  const std::int64_t pixels = array.shape[0] * array.shape[1];
  for (std::int64_t i = 0; i < pixels; ++i) {
    if (values[(i + 1) * channels - 1] != highest) return false;
  }
  return true;
}

// Whether the last channel, alpha, is opaque throughout.
bool is_opaque(const formats::NpyArray& array) {
  switch (sample_type(array.type)) {
    case PPATCH_U8:
      return all_are<std::uint8_t>(array, 255);
    case PPATCH_U16:
      return all_are<std::uint16_t>(array, 65535);
    case PPATCH_I16:
      return all_are<std::int16_t>(array, 32767);
    case PPATCH_F32:
      return all_are<float>(array, 1.0F);
    default:
      return all_are<double>(array, 1.0);
  }
}

// The first of so many channels, as it was.
formats::NpyArray first_channel(const formats::NpyArray& array) {
  const std::size_t size = array.type.size;
  const std::size_t step = size * static_cast<std::size_t>(array.shape[2]);
  const auto count = static_cast<std::size_t>(array.shape[0] * array.shape[1]);
  formats::NpyArray grey{
      array.type, {array.shape[0], array.shape[1]}, formats::Bytes(count * size)};
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(grey.data.data() + i * size, array.data.data() + i * step, size);
  }
  return grey;
}

// Of red, green and blue, in single precision but for doubles.
formats::NpyArray luminance_of(const formats::NpyArray& array, double white) {
  const std::int64_t height = array.shape[0], width = array.shape[1], channels = array.shape[2];
  const ppatch_dtype from_type = sample_type(array.type);
  const std::size_t size = from_type == PPATCH_F64 ? 8 : 4;
  formats::NpyArray luminance{{formats::Kind::floating, size},
                              {height, width},
                              formats::Bytes(static_cast<std::size_t>(height * width) * size)};
  const std::int64_t shape[] = {height, width, 3}, strides[] = {width * channels, channels, 1};
  const ppatch_array from = ppatch_array_strided(array.data.data(), from_type, 3, shape, strides);
  const ppatch_array to =
      ppatch_array_c(luminance.data.data(), size == 8 ? PPATCH_F64 : PPATCH_F32, 2, shape);
  ppatch_context_options options = context_options();
  options.backend = PPATCH_BACKEND_CPU;
  options.num_threads = 1;
  image_luminance(Context(options), from, to, {}, white);
  return luminance;
}

// (H, W, channels) to (H, W).
formats::NpyArray one_channel(formats::NpyArray array, double white, const std::string& source) {
  const std::int64_t channels = array.shape[2];
  if (channels == 1) {
    array.shape.pop_back();
    return array;
  }
  if (channels > 4) {
    throw Refusal(Reason::unsupported, source + " has " + std::to_string(channels) +
                                           " numbers a pixel, expected 1 or 3, and alpha");
  }
  if (!becomes_luminance(array.type)) {
    formats::Shape shape = array.shape;
    formats::Tensor tensor = formats::to_tensor(std::move(array), PPATCH_F32, source);
    array = formats::to_array(std::move(tensor));
    array.shape = std::move(shape);
  }
  if (channels % 2 == 0 && !is_opaque(array)) {
    throw Refusal(Reason::unsupported,
                  source +
                      " has pixels that are transparent, expected none: remove its alpha "
                      "channel, or cut it to what is opaque");
  }
  return channels == 2 ? first_channel(array) : luminance_of(array, white);
}

}  // namespace

bool becomes_luminance(const formats::ElementType& type) {
  if (type.kind == formats::Kind::floating) return type.size == 4 || type.size == 8;
  const bool is_unsigned = type.kind == formats::Kind::unsigned_integer;
  return (is_unsigned && type.size == 1) ||
         (type.size == 2 && (is_unsigned || type.kind == formats::Kind::signed_integer));
}

RawImage plain(formats::NpyArray array, const ImageSettings& settings, const std::string& source) {
  const std::int64_t channels = array.shape.size() == 3 ? array.shape[2] : 1;
  if (array.shape.size() < 2 || array.shape.size() > 3) {
    throw Refusal(Reason::unsupported,
                  formats::shape_mismatch(source, array.shape, "an image (H, W) or (H, W, 3)"));
  }
  if (channels >= 3 && settings.cfa.mosaic()) {
    throw Refusal(Reason::demosaiced, source +
                                          " has three colours a pixel, but --cfa says that it "
                                          "is a mosaic");
  }
  if (array.shape[0] < 1 || array.shape[1] < 1 || channels < 1) {
    throw Refusal(Reason::no_image_data,
                  formats::shape_mismatch(source, array.shape, "at least one pixel"));
  }
  if (!array.type.numeric() || array.type.kind == formats::Kind::complex) {
    throw Refusal(Reason::unsupported,
                  source + " is " + array.type.name() + ", expected real numbers");
  }
  if (array.shape.size() == 3) array = one_channel(std::move(array), settings.white, source);
  RawImage raw;
  raw.pixels = converted(std::move(array), source);
  raw.cfa = settings.cfa;
  raw.black = settings.black;
  raw.white = raw.clip = settings.white;
  return raw;
}

}  // namespace ptychopatch::mosaics
