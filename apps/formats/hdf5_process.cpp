// SPDX-License-Identifier: Apache-2.0
#include "formats/hdf5_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <new>

#include "formats/hdf5_child.hpp"

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

bool send_message(int socket, const Hdf5Message& message) {
  const std::uint64_t size = message.bytes().size();
  return send_bytes(socket, &size, sizeof size) &&
         send_bytes(socket, message.bytes().data(), message.bytes().size());
}

bool receive_message(int socket, Hdf5Message& message) {
  std::uint64_t size = 0;
  if (!receive_bytes(socket, &size, sizeof size) || size > kMostMessage) return false;
  // Memory is taken as the bytes come.
  std::string bytes;
  while (bytes.size() < size) {
    const std::size_t begin = bytes.size();
    bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size, begin + kPiece)));
    if (!receive_bytes(socket, bytes.data() + begin, bytes.size() - begin)) return false;
  }
  message = Hdf5Message(std::move(bytes));
  return true;
}

std::shared_ptr<Hdf5Process> Hdf5Process::current() {
  static std::shared_ptr<Hdf5Process> process;
  if (!process || !process->alive_) process = std::make_shared<Hdf5Process>();
  return process;
}

Hdf5Process::Hdf5Process() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw system_error("cannot start a process that reads HDF5 files");
  }
  socket_ = FileDescriptor(ends[0]);
  FileDescriptor other(ends[1]);
  child_ = ::fork();
  if (child_ < 0) throw system_error("cannot start a process that reads HDF5 files");
  if (child_ == 0) {
    ::close(socket_.release());
    serve_hdf5(other.get());
  }
}

Hdf5Process::~Hdf5Process() {
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) continue;
}

void Hdf5Process::died(const std::string& name) {
  alive_ = false;
  throw FormatError(name + " is damaged: the HDF5 library fails or does not end on it");
}

Hdf5Message Hdf5Process::ask(const Hdf5Message& question, const std::string& name) {
  Hdf5Message answer;
  if (!alive_ || !send_message(socket_.get(), question) ||
      !receive_message(socket_.get(), answer)) {
    died(name);
  }
  switch (static_cast<Hdf5Answer>(answer.number())) {
    case Hdf5Answer::kGood:
      return answer;
    case Hdf5Answer::kRefused:
      throw FormatError(answer.text());
    case Hdf5Answer::kNoMemory:
      throw std::bad_alloc();
  }
  Hdf5Message::nonsense();
}

void Hdf5Process::receive(std::span<std::byte> data, const std::string& name) {
  if (!receive_bytes(socket_.get(), data.data(), data.size())) died(name);
}

}  // namespace ptychopatch::formats
