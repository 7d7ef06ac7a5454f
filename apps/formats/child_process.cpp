// SPDX-License-Identifier: Apache-2.0
#include "formats/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <new>
#include <utility>

#include "formats/message_socket.hpp"

namespace ptychopatch::formats {

ChildProcess::ChildProcess(Serve serve, std::string library) : library_(std::move(library)) {
  const std::string problem = "cannot start a process that reads files";
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw system_error(problem);
  }
  socket_ = FileDescriptor(ends[0]);
  FileDescriptor other(ends[1]);
  child_ = ::fork();
  if (child_ < 0) throw system_error(problem);
  if (child_ == 0) {
    ::close(socket_.release());
    serve(other.get());
  }
}

ChildProcess::~ChildProcess() {
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) continue;
}

void ChildProcess::died(const std::string& name) {
  alive_ = false;
  throw FormatError(name + " is damaged: " + library_ + " fails or does not end on it");
}

// For something to read; false where stop says so before.
bool ChildProcess::wait(const std::function<bool()>& stop) const {
  constexpr int kMilliseconds = 50;
  while (stop) {
    if (stop()) return false;
    pollfd end{socket_.get(), POLLIN, 0};
    if (::poll(&end, 1, kMilliseconds) > 0) break;
  }
  return true;
}

bool ChildProcess::ask(const Message& question, const std::string& name,
                       const std::function<bool()>& stop, Message& answer) {
  if (!alive_ || !send_message(socket_.get(), question)) died(name);
  if (!wait(stop)) {
    alive_ = false;
    return false;
  }
  if (!receive_message(socket_.get(), answer)) died(name);
  switch (static_cast<Answer>(answer.number())) {
    case Answer::kGood:
      return true;
    case Answer::kRefused:
      throw FormatError(answer.text());
    case Answer::kNoMemory:
      throw std::bad_alloc();
  }
  Message::nonsense();
}

void ChildProcess::receive(std::span<std::byte> data, const std::string& name) {
  if (!receive_bytes(socket_.get(), data.data(), data.size())) died(name);
}

}  // namespace ptychopatch::formats
