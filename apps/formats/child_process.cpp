// SPDX-License-Identifier: Apache-2.0
#include "formats/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <new>

#include "formats/child_limits.hpp"
#include "formats/file_descriptor.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

// What every answer begins with.
enum class Answer { kGood, kRefused, kNoMemory };

constexpr int kPipeBytes = 1 << 20;

struct Child {
  explicit Child(pid_t process) : id(process) {}
  ~Child() {
    ::kill(id, SIGKILL);
    while (::waitpid(id, nullptr, 0) < 0 && errno == EINTR) continue;
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t id;
};

[[noreturn]] void serve(Channel& channel, const std::function<void()>& function,
                        const std::function<void(Channel&)>& answer) {
  try {
    Answer how = Answer::kGood;
    std::string refusal;
    try {
      function();
    } catch (const FormatError& error) {
      how = Answer::kRefused;
      refusal = error.what();
    } catch (const std::bad_alloc&) {
      how = Answer::kNoMemory;
    }
    channel.limited(how, Answer::kNoMemory);
    if (how == Answer::kGood) answer(channel);
    if (how == Answer::kRefused) channel(refusal);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

void receive(Channel& channel, const std::function<void(Channel&)>& answer) {
  Answer how{};
  channel.limited(how, Answer::kNoMemory);
  if (how == Answer::kGood) return answer(channel);
  if (how == Answer::kNoMemory) throw std::bad_alloc();
  std::string refusal;
  channel(refusal);
  throw FormatError(refusal);
}

void wait_for(int pipe, const std::function<bool()>& stop) {
  constexpr int kMilliseconds = 50;
  while (stop) {
    if (stop()) throw Interruption();
    pollfd end{pipe, POLLIN, 0};
    if (::poll(&end, 1, kMilliseconds) > 0) break;
  }
}

}  // namespace

void run_child(const ChildWork& work, const std::function<void()>& function,
               const std::function<void(Channel&)>& answer) {
  const std::string problem = "cannot start a process that reads files";
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error(problem);
  const FileDescriptor out(ends[0]);
  ::fcntl(out.get(), F_SETPIPE_SZ, kPipeBytes);  // faster, where it is allowed
  FileDescriptor in(ends[1]);
  const pid_t id = ::fork();
  if (id < 0) throw system_error(problem);
  if (id == 0) {
    Channel channel(begin_child(in.get()), Channel::End::kSender, work.source);
    serve(channel, function, answer);
  }
  const Child child(id);
  // Else its death would not be seen.
  in = FileDescriptor();
  try {
    wait_for(out.get(), work.stop);
    Channel channel(out.get(), Channel::End::kReceiver, work.source);
    receive(channel, answer);
  } catch (const ChannelClosed&) {
    throw FormatError(work.source + " is damaged: " + work.library +
                      " fails or does not end on it");
  }
}

}  // namespace ptychopatch::formats
