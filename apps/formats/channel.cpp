// SPDX-License-Identifier: Apache-2.0
#include "formats/channel.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "formats/format_error.hpp"
#include "formats/mapped_file.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;
constexpr std::int64_t max_extent = std::int64_t{1} << 62;
constexpr std::size_t max_element = std::size_t{1} << 32;

}  // namespace

void Channel::bytes(void* data, std::size_t size) {
  auto* at = static_cast<std::byte*>(data);
  while (size != 0) {
    if (wait_) wait_();
    const std::size_t piece = std::min(size, piece_bytes);
    const ssize_t count = sends_ ? ::write(pipe_, at, piece) : ::read(pipe_, at, piece);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw ChannelClosed();
    at += count;
    size -= static_cast<std::size_t>(count);
  }
}

void Channel::nonsense() const {
  throw FormatError(source_ + ": the process that reads it gave an answer that has no meaning");
}

void Channel::pass(bool& value) {
  std::uint64_t number = sends_ && value ? 1 : 0;
  limited(number, std::uint64_t{1});
  value = number != 0;
}

void Channel::pass(std::string& text) {
  std::uint64_t size = text.size();
  limited(size, std::uint64_t{max_element});
  // Memory is taken as the text comes.
  for (std::size_t at = 0; at < size; at += piece_bytes) {
    const auto end = std::min(static_cast<std::size_t>(size), at + piece_bytes);
    if (!sends_) text.resize(end);
    bytes(text.data() + at, end - at);
  }
  text.resize(static_cast<std::size_t>(size));
}

void Channel::pass(NpyArray& array) {
  limited(array.type.kind, Kind::text);
  limited(array.type.size, max_element);
  std::uint64_t axes = array.shape.size();
  limited(axes, std::uint64_t{max_axes});
  array.shape.resize(static_cast<std::size_t>(axes));
  for (std::int64_t& extent : array.shape) limited(extent, max_extent);
  if (!array.type.known()) nonsense();
  const std::uint64_t size = bytes_of_shape(array.shape, array.type.size, source_);
  if (!sends_) {
    require_memory(size, source_);
    array.data = Bytes(static_cast<std::size_t>(size));
  }
  // A child that has sent an array ends: what the other end has by now is not held here, too.
  for (std::size_t at = 0; at < size; at += piece_bytes) {
    const std::size_t count = std::min(piece_bytes, static_cast<std::size_t>(size) - at);
    bytes(array.data.data() + at, count);
    if (sends_) give_back(array.data.data() + at, count);
  }
}

}  // namespace ptychopatch::formats
