// SPDX-License-Identifier: Apache-2.0
// What a child that reads files may ask the system for.
#include "formats/sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <thread>

#include "cli/refusal.hpp"
#include "cli/temporary_folder.hpp"
#include "formats/child_process.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

using test::refusal;

const ChildWork child_work{"the library", "'f'", {}};

// What a child may not is its end, and a sentence says so.
TEST(Sandbox, AsksForNothingButToRead) {
  if (probe_sandbox() != Sandbox::entered) GTEST_SKIP() << text_of(probe_sandbox());
  const test::TemporaryFolder folder;
  const std::string path = folder / "file";
  std::ofstream(path) << "text";
  const auto open = [&](int flags) { return ::open(path.c_str(), flags, 0600); };
  const std::vector<std::pair<std::string, std::function<void()>>> forbidden = {
      {"a socket", [] { ::socket(AF_INET, SOCK_STREAM, 0); }},
      {"a local socket", [] { ::socket(AF_UNIX, SOCK_STREAM, 0); }},
      {"open to write", [&] { open(O_WRONLY); }},
      {"open to read and write", [&] { open(O_RDWR); }},
      {"create", [&] { open(O_RDONLY | O_CREAT); }},
      {"cut off by opening", [&] { open(O_RDONLY | O_TRUNC); }},
      {"fopen to write", [&] { std::fclose(std::fopen(path.c_str(), "w")); }},
      {"a program", [] { ::execl("/bin/true", "true", nullptr); }},
      {"a process", [] { ::fork(); }},
      {"remove", [&] { ::unlink(path.c_str()); }},
      {"rename", [&] { ::rename(path.c_str(), (path + "2").c_str()); }},
      {"another process", [] { ::kill(::getppid(), SIGTERM); }},
      {"its memory", [] { ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr); }}};
  for (const auto& each : forbidden) {
    const std::string& what = each.first;
    const std::string said = refusal([&] {
      in_child<std::string>(child_work, [&] {
        each.second();
        return what;
      });
    });
    EXPECT_NE(said.find("'f' is refused: on it the library asks for"), std::string::npos)
        << what << ": " << said;
  }
  std::string text;
  std::ifstream(path) >> text;
  EXPECT_EQ(text, "text");
}

// Of fcntl, what reading files takes: not what has a signal sent to somebody.
TEST(Sandbox, SendsNoSignalsByFiles) {
  if (probe_sandbox() != Sandbox::entered) GTEST_SKIP() << text_of(probe_sandbox());
  const test::TemporaryFolder folder;
  const std::string path = folder / "file";
  std::ofstream(path) << "text";
  const pid_t parent = ::getpid();
  const auto work = [&] {
    const int file = ::open(path.c_str(), O_RDONLY);
    f_owner_ex owner{F_OWNER_PID, parent};
    struct flock lock {};
    lock.l_type = F_RDLCK;
    std::string answers;
    const auto note = [&](int answer) {
      answers += answer >= 0 ? "+" : errno == ENOSYS ? "-" : "?";
    };
    note(::fcntl(file, F_GETFD));
    note(::fcntl(file, F_SETFD, FD_CLOEXEC));
    note(::fcntl(file, F_GETFL));
    note(::fcntl(file, F_DUPFD, 10));
    note(::fcntl(file, F_DUPFD_CLOEXEC, 10));
    note(::fcntl(file, F_GETLK, &lock));
    lock.l_type = F_RDLCK;
    note(::fcntl(file, F_SETLK, &lock));
    answers += ' ';
    note(::fcntl(file, F_SETOWN, parent));
    note(::fcntl(file, F_SETOWN_EX, &owner));
    note(::fcntl(file, F_SETSIG, SIGKILL));
    note(::fcntl(file, F_SETFL, O_ASYNC));
    note(::fcntl(file, F_NOTIFY, DN_ACCESS));
    note(::fcntl(file, F_SETLEASE, F_RDLCK));
    note(::fcntl(3, F_SETPIPE_SZ, 1 << 16));
    // A command is 32 bits, whatever stands above them.
    note(static_cast<int>(::syscall(SYS_fcntl, file, (1L << 32) | F_SETOWN, parent)));
    return answers;
  };
  EXPECT_EQ(in_child<std::string>(child_work, work), "+++++++ --------");
}

TEST(Sandbox, MayReadFilesAndHaveThreads) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "file";
  std::ofstream(path) << "text";
  const auto work = [&] {
    std::string text;
    std::ifstream(path) >> text;
    if (beside_threads) std::thread([&] { text += "s"; }).join();
    const auto missing = ::open((path + "3").c_str(), O_RDONLY);
    return text + (missing < 0 ? std::strerror(errno) : "?");
  };
  EXPECT_EQ(in_child<std::string>(child_work, work),
            std::string(beside_threads ? "texts" : "text") + std::strerror(ENOENT));
}

}  // namespace
}  // namespace ptychopatch::formats
