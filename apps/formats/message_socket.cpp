// SPDX-License-Identifier: Apache-2.0
#include "formats/message_socket.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace ptychopatch::formats {
namespace {

constexpr std::uint64_t kMostMessage = std::uint64_t{1} << 32;
constexpr std::size_t kPiece = std::size_t{1} << 20;

}  // namespace

bool send_bytes(int socket, const void* data, std::size_t size) {
  const auto* at = static_cast<const std::byte*>(data);
  while (size != 0) {
    const ssize_t count = ::send(socket, at, std::min(size, kPiece), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool receive_bytes(int socket, void* data, std::size_t size) {
  auto* at = static_cast<std::byte*>(data);
  while (size != 0) {
    const ssize_t count = ::recv(socket, at, std::min(size, kPiece), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool send_message(int socket, const Message& message) {
  const std::uint64_t size = message.bytes().size();
  return send_bytes(socket, &size, sizeof size) &&
         send_bytes(socket, message.bytes().data(), message.bytes().size());
}

bool receive_message(int socket, Message& message) {
  std::uint64_t size = 0;
  if (!receive_bytes(socket, &size, sizeof size) || size > kMostMessage) return false;
  // Memory is taken as the bytes come.
  std::string bytes;
  while (bytes.size() < size) {
    const std::size_t begin = bytes.size();
    bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size, begin + kPiece)));
    if (!receive_bytes(socket, bytes.data() + begin, bytes.size() - begin)) return false;
  }
  message = Message(std::move(bytes));
  return true;
}

}  // namespace ptychopatch::formats
