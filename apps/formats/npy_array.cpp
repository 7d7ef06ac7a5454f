// SPDX-License-Identifier: Apache-2.0
#include "formats/npy_array.hpp"

#include <algorithm>
#include <array>

#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/memory_limit.hpp"
#include "formats/utf8.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::size_t first_piece = std::size_t{64} << 20;

Bytes read_data(ByteReader& reader, std::size_t size, const std::string& source) {
  require_memory(size, source);
  Bytes data(reader.size_is_certain() ? size : std::min(size, first_piece));
  std::size_t done = 0;
  while (done < size) {
    if (done == data.size()) data.resize(std::min(size, 2 * data.size()));
    const std::size_t asked = data.size() - done;
    const std::size_t count = reader.read(data.span().subspan(done));
    done += count;
    if (count != asked) {
      throw FormatError(source + ": truncated: " + std::to_string(size) +
                        " bytes of data are declared, but " + std::to_string(done) + " are there");
    }
  }
  std::array<std::byte, 1> beyond{};
  if (reader.read(beyond) != 0) {
    throw FormatError(source + ": there are more bytes than the .npy header declares");
  }
  return data;
}

}  // namespace

void to_native_order(NpyArray& array) {
  if (!array.type.swapped) return;
  const std::size_t unit = array.type.kind == Kind::complex ? array.type.size / 2
                           : array.type.kind == Kind::text  ? 4
                                                            : array.type.size;
  for (std::size_t at = 0; at + unit <= array.data.size(); at += unit) {
    std::reverse(array.data.data() + at, array.data.data() + at + unit);
  }
  array.type.swapped = false;
}

// Walks the output in C order; the place in the Fortran-ordered input follows by its strides.
Bytes to_c_order(const Bytes& data, const Shape& shape, std::size_t element) {
  Bytes result(data.size());
  const std::size_t axes = shape.size();
  std::vector<std::size_t> stride(axes), index(axes);
  std::size_t step = element;
  for (std::size_t d = 0; d < axes; ++d) {
    stride[d] = step;
    step *= static_cast<std::size_t>(shape[d]);
  }
  std::size_t from = 0;
  for (std::size_t to = 0; to < result.size(); to += element) {
    std::memcpy(result.data() + to, data.data() + from, element);
    for (std::size_t d = axes; d-- > 0;) {
      from += stride[d];
      if (++index[d] < static_cast<std::size_t>(shape[d])) break;
      from -= stride[d] * index[d];
      index[d] = 0;
    }
  }
  return result;
}

std::int64_t NpyArray::count() const {
  return static_cast<std::int64_t>(bytes_of_shape(shape, 1, "an array"));
}

NpyArray read_npy(ByteReader& reader, const std::string& source) {
  NpyHeader header = read_npy_header(reader, source);
  NpyArray array{header.type, std::move(header.shape), {}};
  array.data = read_data(reader, static_cast<std::size_t>(header.data_bytes), source);
  to_native_order(array);
  if (header.fortran_order && array.shape.size() > 1 && array.data.size() != 0) {
    array.data = to_c_order(array.data, array.shape, array.type.size);
  }
  return array;
}

NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& source) {
  SpanReader reader(bytes);
  return read_npy(reader, source);
}

NpyArray read_npy_file(const std::string& path) {
  InputFile file(path);
  return read_npy(file, quoted(path));
}

std::vector<std::string> texts_of(const NpyArray& array, const std::string& source) {
  if (array.type.kind != Kind::text) {
    throw FormatError(source + " is " + array.type.name() + ", expected text");
  }
  if (array.type.size == 0) return {std::string()};
  const std::size_t width = array.type.size / sizeof(char32_t);
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < array.data.size(); at += array.type.size) {
    std::u32string wide(width, U'\0');
    std::memcpy(wide.data(), array.data.data() + at, array.type.size);
    wide.erase(wide.find_last_not_of(U'\0') + 1);
    std::string text;
    for (const char32_t c : wide) {
      if (!is_character(c)) throw FormatError(source + " holds text that is not Unicode");
      append_utf8(text, c);
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

NpyArray text_array(const std::string& utf8) {
  const std::u32string wide = utf32_of(utf8);
  NpyArray array{{Kind::text, wide.size() * sizeof(char32_t)}, {}, {}};
  array.data = Bytes(array.type.size);
  if (!wide.empty()) std::memcpy(array.data.data(), wide.data(), array.type.size);
  return array;
}

}  // namespace ptychopatch::formats
