// SPDX-License-Identifier: Apache-2.0
#include "formats/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <new>
#include <optional>
#include <sstream>

#include "formats/child_limits.hpp"
#include "formats/file_descriptor.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "formats/sandbox.hpp"

namespace ptychopatch::formats {
namespace {

// What the other process does about signals is not to happen here, too.
void set_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  // A key pressed is the other process' to answer, whose end is seen.
  for (const int ending : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) ::signal(ending, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// What every answer begins with.
enum class Answer { good, refused, no_memory };

constexpr int pipe_bytes = 1 << 20;

class Child {
 public:
  explicit Child(pid_t process) : id_(process) {}
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Of what it died; SIGKILL where it has not.
  int end() {
    if (id_ < 0) return 0;
    int status = 0;
    ::kill(id_, SIGKILL);
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
    id_ = -1;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }
  // The processor's time that it took, in its clock's ticks, while it waits for no more than that
  // something happens; none where it works, or waits for a disk.
  std::optional<std::uint64_t> idle_since() const {
    std::ifstream file("/proc/" + std::to_string(id_) + "/stat");
    std::string text;
    std::getline(file, text);
    // Behind the name, which may hold anything.
    std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
    std::string state, skipped;
    std::uint64_t user = 0, system = 0;
    fields >> state;
    for (int i = 0; i < 10; ++i) fields >> skipped;
    fields >> user >> system;
    if (!fields || (state != "S" && state != "T" && state != "t")) return std::nullopt;
    return user + system;
  }

 private:
  pid_t id_;
};

// Nothing comes from a child that does nothing.
struct Stalled {
  bool answers = false;  // it had begun to
};

// Waits until there is something to read.
class Watch {
 public:
  Watch(int pipe, const Child& child, const ChildWork& work)
      : pipe_(pipe), child_(child), work_(work) {}

  // Time is counted by what this process saw of it: it may have been stopped itself.
  void operator()() {
    constexpr std::chrono::milliseconds step{50};
    std::optional<std::uint64_t> ticks;
    std::chrono::milliseconds waited{0};
    for (;;) {
      if (work_.stop && work_.stop()) throw Interruption();
      pollfd end{pipe_, POLLIN, 0};
      if (::poll(&end, 1, static_cast<int>(step.count())) > 0) {
        answers_ = true;
        return;
      }
      const std::optional<std::uint64_t> idle = child_.idle_since();
      waited = idle && idle == ticks ? waited + step : std::chrono::milliseconds{0};
      ticks = idle;
      if (waited > work_.patience) throw Stalled{answers_};
    }
  }

 private:
  bool answers_ = false;
  int pipe_;
  const Child& child_;
  const ChildWork& work_;
};

[[noreturn]] void serve(Channel& channel, const std::function<void()>& function,
                        const std::function<void(Channel&)>& answer) {
  try {
    Answer how = Answer::good;
    std::string refusal;
    try {
      function();
    } catch (const FormatError& error) {
      how = Answer::refused;
      refusal = error.what();
    } catch (const std::bad_alloc&) {
      how = Answer::no_memory;
    }
    channel.limited(how, Answer::no_memory);
    if (how == Answer::good) answer(channel);
    if (how == Answer::refused) channel(refusal);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

void receive(Channel& channel, const std::function<void(Channel&)>& answer) {
  Answer how{};
  channel.limited(how, Answer::no_memory);
  if (how == Answer::good) return answer(channel);
  if (how == Answer::no_memory) {
    const std::uint64_t most = child_memory();
    if (most == 0) throw std::bad_alloc();
    throw FormatError(channel.source() + " takes more to be read than the " + size_text(most) +
                      " that the memory budget leaves for it");
  }
  std::string refusal;
  channel(refusal);
  throw FormatError(refusal);
}

// It takes over no signals, prints nothing, leaves no core and has no open file but the pipe, which
// is pipe_descriptor.
constexpr int pipe_descriptor = 3;

Sandbox begin_child(int pipe) {
  set_signals();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_DUMPABLE, 0);
  // What a library prints is for nobody, and no other open file is its business.
  pipe = ::fcntl(pipe, F_DUPFD, pipe_descriptor);  // it may be one of the three
  const int nothing = ::open("/dev/null", O_RDWR);
  for (int standard = 0; standard < pipe_descriptor; ++standard) ::dup2(nothing, standard);
  ::dup2(pipe, pipe_descriptor);
  ::close_range(pipe_descriptor + 1, ~0U, 0);
  begin_child_limits();
  return enter_sandbox();
}

[[noreturn]] void refuse_without_sandbox(const ChildWork& work) {
  throw FormatError(work.source + " is not read: this system, or what this process runs in, does " +
                    "not let " + work.library + " have its filter of system calls; " +
                    "PPATCH_SANDBOX=off in the environment reads files without one");
}

// Throws Stalled where the child waits for nothing.
void run_once(const ChildWork& work, const std::function<void()>& function,
              const std::function<void(Channel&)>& answer) {
  const std::string problem = "cannot start a process that reads files";
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error(problem);
  const FileDescriptor out(ends[0]);
  ::fcntl(out.get(), F_SETPIPE_SZ, pipe_bytes);  // faster, where it is allowed
  FileDescriptor in(ends[1]);
  prepare_sandbox();
  prepare_child_limits();
  const pid_t id = ::fork();
  if (id < 0) throw system_error(problem);
  if (id == 0) {
    const Sandbox sandbox = begin_child(in.get());
    Channel channel(pipe_descriptor, Channel::End::sender, work.source);
    if (sandbox != Sandbox::refused) serve(channel, function, answer);
    serve(
        channel, [&] { refuse_without_sandbox(work); }, answer);
  }
  Child child(id);
  // Else its death would not be seen.
  in = FileDescriptor();
  try {
    Channel channel(out.get(), Channel::End::receiver, work.source);
    channel.on_wait(Watch(out.get(), child, work));
    receive(channel, answer);
  } catch (const ChannelClosed&) {
    if (child.end() == SIGSYS) {
      throw FormatError(work.source + " is refused: on it " + work.library +
                        " asks for what reading a file does not take (the network, a program, a "
                        "file to write)");
    }
    throw FormatError(work.source + " is damaged: " + work.library +
                      " fails or does not end on it");
  }
}

}  // namespace

void run_child(const ChildWork& work, const std::function<void()>& function,
               const std::function<void(Channel&)>& answer) {
  // A child of many threads' process may find a lock of some library held for good: what it waits
  // for is the file's fault where a second one does, too.
  try {
    return run_once(work, function, answer);
  } catch (const Stalled& stalled) {
    if (!stalled.answers) {
      try {
        return run_once(work, function, answer);
      } catch (const Stalled&) {  // the file's fault
      }
    }
  }
  throw FormatError(work.source + " is damaged: " + work.library +
                    " waits on it for what does not come");
}

}  // namespace ptychopatch::formats
