// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>

#include "formats/memory_limit.hpp"
#include "mosaics/image_input.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::mosaics {
namespace {

constexpr std::size_t header_bytes = 1024;
constexpr std::size_t mode_at = 12, extended_bytes_at = 92, stamp_at = 212;

formats::ElementType type_of_mode(std::int64_t mode, const std::string& source) {
  switch (mode) {
    case 0:
      return {formats::Kind::signed_integer, 1};
    case 1:
      return {formats::Kind::signed_integer, 2};
    case 2:
      return {formats::Kind::floating, 4};
    case 6:
      return {formats::Kind::unsigned_integer, 2};
    case 12:
      return {formats::Kind::floating, 2};
    default:
      throw Refusal(Reason::unsupported, source + " is an MRC file of mode " +
                                             std::to_string(mode) +
                                             ", expected mode 0, 1, 2, 6 or 12");
  }
}

}  // namespace

MrcHeader read_mrc_header(std::span<const std::byte> bytes, std::uint64_t file_bytes,
                          const std::string& source) {
  if (bytes.size() < header_bytes) {
    throw Refusal(Reason::truncated, source + " is cut off within its MRC header");
  }
  // A stamp of 0x11 0x11 is a big-endian machine's; old files have none.
  const bool big = bytes[stamp_at] == std::byte{0x11};
  const auto number = [&](std::size_t at) -> std::int64_t {
    return static_cast<std::int32_t>(formats::number_of(bytes.subspan(at, 4), big));
  };
  MrcHeader found;
  found.width = number(0);
  found.height = number(4);
  found.sections = number(8);
  found.type = type_of_mode(number(mode_at), source);
  found.type.swapped = big == (std::endian::native == std::endian::little);
  const std::int64_t extended = number(extended_bytes_at);
  if (found.width < 1 || found.height < 1 || found.sections < 1 || extended < 0) {
    throw Refusal(Reason::unreadable, source + " has an MRC header with sizes below one");
  }
  found.data_begin = header_bytes + static_cast<std::uint64_t>(extended);
  const std::uint64_t there = file_bytes - std::min(file_bytes, found.data_begin);
  const std::uint64_t one =
      formats::bytes_of_shape({found.height, found.width}, found.type.size, source);
  if (static_cast<std::uint64_t>(found.sections) > there / one) {
    throw Refusal(Reason::truncated, source + " is cut off: its header tells of " +
                                         std::to_string(found.sections) + " images of " +
                                         formats::size_text(one) + ", but " +
                                         formats::size_text(there) + " follow it");
  }
  return found;
}

formats::NpyArray decode_mrc(formats::SeekableReader& bytes, std::int64_t section,
                             const std::string& source) {
  std::array<std::byte, header_bytes> first{};
  bytes.seek(0);
  const std::size_t count = bytes.read(first);
  const MrcHeader header =
      read_mrc_header(std::span<const std::byte>(first).first(count), bytes.size(), source);
  formats::NpyArray array;
  array.type = header.type;
  array.shape = {header.height, header.width};
  const std::uint64_t size = formats::bytes_of_shape(array.shape, array.type.size, source);
  if (section < 0 || section >= header.sections) {
    throw Refusal(Reason::unreadable, source + " has " + std::to_string(header.sections) +
                                          " images, expected more than " + std::to_string(section));
  }
  const auto index = static_cast<std::uint64_t>(section);
  formats::require_memory(size, source);
  array.data = formats::Bytes(static_cast<std::size_t>(size));
  bytes.seek(header.data_begin + index * size);
  if (bytes.read(array.data.span()) != size) {
    throw Refusal(Reason::truncated, source + " was cut off while it was read");
  }
  formats::to_native_order(array);
  return array;
}

}  // namespace ptychopatch::mosaics
