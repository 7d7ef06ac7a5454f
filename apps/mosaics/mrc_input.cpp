// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstring>

#include "formats/memory_limit.hpp"
#include "mosaics/image_input.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::mosaics {
namespace {

constexpr std::size_t kHeaderBytes = 1024;
constexpr std::size_t kModeAt = 12, kExtendedBytesAt = 92, kMapAt = 208, kStampAt = 212;

class Header {
 public:
  explicit Header(std::span<const std::byte> bytes) : bytes_(bytes) {
    // A stamp of 0x11 0x11 is a big-endian machine's; old files have none.
    const bool big = bytes[kStampAt] == std::byte{0x11};
    swapped_ = big == (std::endian::native == std::endian::little);
  }
  bool swapped() const { return swapped_; }
  std::int64_t number(std::size_t at) const {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes_.data() + at, 4);
    if (swapped_) value = __builtin_bswap32(value);
    return static_cast<std::int32_t>(value);
  }

 private:
  std::span<const std::byte> bytes_;
  bool swapped_ = false;
};

formats::ElementType type_of_mode(std::int64_t mode, const std::string& source) {
  switch (mode) {
    case 0:
      return {formats::Kind::kSigned, 1};
    case 1:
      return {formats::Kind::kSigned, 2};
    case 2:
      return {formats::Kind::kFloat, 4};
    case 6:
      return {formats::Kind::kUnsigned, 2};
    case 12:
      return {formats::Kind::kFloat, 2};
    default:
      throw Refusal(Reason::kUnsupported, source + " is an MRC file of mode " +
                                              std::to_string(mode) +
                                              ", expected mode 0, 1, 2, 6 or 12");
  }
}

}  // namespace

MrcHeader read_mrc_header(std::span<const std::byte> bytes, const std::string& source) {
  if (bytes.size() < kHeaderBytes) {
    throw Refusal(Reason::kTruncated, source + " is cut off within its MRC header");
  }
  const Header header(bytes);
  MrcHeader found;
  found.width = header.number(0);
  found.height = header.number(4);
  found.sections = header.number(8);
  found.type = type_of_mode(header.number(kModeAt), source);
  found.type.swapped = header.swapped();
  const std::int64_t extended = header.number(kExtendedBytesAt);
  if (found.width < 1 || found.height < 1 || found.sections < 1 || extended < 0) {
    throw Refusal(Reason::kUnreadable, source + " has an MRC header with sizes below one");
  }
  found.data_begin = kHeaderBytes + static_cast<std::uint64_t>(extended);
  return found;
}

formats::NpyArray decode_mrc(std::span<const std::byte> bytes, std::int64_t section,
                             const std::string& source) {
  const MrcHeader header = read_mrc_header(bytes, source);
  formats::NpyArray array;
  array.type = header.type;
  array.type.swapped = false;
  array.shape = {header.height, header.width};
  const std::uint64_t size = formats::bytes_of_shape(array.shape, array.type.size, source);
  if (section < 0 || section >= header.sections) {
    throw Refusal(Reason::kUnreadable, source + " has " + std::to_string(header.sections) +
                                           " images, expected more than " +
                                           std::to_string(section));
  }
  const auto index = static_cast<std::uint64_t>(section);
  if (header.data_begin > bytes.size() || size > (bytes.size() - header.data_begin) / (index + 1)) {
    throw Refusal(Reason::kTruncated, source + " is cut off: image " + std::to_string(section) +
                                          " lies behind its end");
  }
  array.data = formats::Bytes(static_cast<std::size_t>(size));
  std::memcpy(array.data.data(), bytes.data() + header.data_begin + index * size, size);
  if (header.type.swapped && array.type.size > 1) {
    for (std::size_t at = 0; at < array.data.size(); at += array.type.size) {
      std::reverse(array.data.data() + at, array.data.data() + at + array.type.size);
    }
  }
  return array;
}

}  // namespace ptychopatch::mosaics
