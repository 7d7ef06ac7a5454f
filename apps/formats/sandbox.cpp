// SPDX-License-Identifier: Apache-2.0
#include "formats/sandbox.hpp"

#if defined(PTYCHOPATCH_SECCOMP)
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

namespace ptychopatch::formats {
namespace {

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

// What a decoder, its libraries and the C library take. Of openat, fcntl, mmap and clone, some
// arguments.
constexpr int allowed[] = {SCMP_SYS(access),
                           SCMP_SYS(brk),
                           SCMP_SYS(clock_getres),
                           SCMP_SYS(clock_gettime),
                           SCMP_SYS(close),
                           SCMP_SYS(close_range),
                           SCMP_SYS(dup),
                           SCMP_SYS(exit),
                           SCMP_SYS(exit_group),
                           SCMP_SYS(faccessat),
                           SCMP_SYS(faccessat2),
                           SCMP_SYS(fadvise64),
                           SCMP_SYS(flock),
                           SCMP_SYS(fstat),
                           SCMP_SYS(fstatfs),
                           SCMP_SYS(futex),
                           SCMP_SYS(getcpu),
                           SCMP_SYS(getcwd),
                           SCMP_SYS(getegid),
                           SCMP_SYS(geteuid),
                           SCMP_SYS(getgid),
                           SCMP_SYS(getpid),
                           SCMP_SYS(getppid),
                           SCMP_SYS(getrandom),
                           SCMP_SYS(getrlimit),
                           SCMP_SYS(getrusage),
                           SCMP_SYS(gettid),
                           SCMP_SYS(gettimeofday),
                           SCMP_SYS(getuid),
                           SCMP_SYS(lseek),
                           SCMP_SYS(lstat),
                           SCMP_SYS(madvise),
                           SCMP_SYS(membarrier),
                           SCMP_SYS(mprotect),
                           SCMP_SYS(mremap),
                           SCMP_SYS(munmap),
                           SCMP_SYS(nanosleep),
                           SCMP_SYS(clock_nanosleep),
                           SCMP_SYS(newfstatat),
                           SCMP_SYS(pause),
                           SCMP_SYS(poll),
                           SCMP_SYS(pread64),
                           SCMP_SYS(preadv),
                           SCMP_SYS(read),
                           SCMP_SYS(readlink),
                           SCMP_SYS(readlinkat),
                           SCMP_SYS(readv),
                           SCMP_SYS(restart_syscall),
                           SCMP_SYS(rseq),
                           SCMP_SYS(rt_sigaction),
                           SCMP_SYS(rt_sigprocmask),
                           SCMP_SYS(rt_sigreturn),
                           SCMP_SYS(sched_getaffinity),
                           SCMP_SYS(sched_yield),
                           SCMP_SYS(set_robust_list),
                           SCMP_SYS(set_tid_address),
                           SCMP_SYS(setitimer),
                           SCMP_SYS(setrlimit),
                           SCMP_SYS(sigaltstack),
                           SCMP_SYS(stat),
                           SCMP_SYS(statfs),
                           SCMP_SYS(statx),
                           SCMP_SYS(sysinfo),
                           SCMP_SYS(time),
                           SCMP_SYS(times),
                           SCMP_SYS(uname),
                           SCMP_SYS(write),
                           SCMP_SYS(writev)};

// What nobody asks for who only reads a file.
constexpr int fatal[] = {SCMP_SYS(socket),
                         SCMP_SYS(socketpair),
                         SCMP_SYS(connect),
                         SCMP_SYS(bind),
                         SCMP_SYS(listen),
                         SCMP_SYS(accept),
                         SCMP_SYS(accept4),
                         SCMP_SYS(sendto),
                         SCMP_SYS(sendmsg),
                         SCMP_SYS(sendmmsg),
                         SCMP_SYS(recvfrom),
                         SCMP_SYS(recvmsg),
                         SCMP_SYS(execve),
                         SCMP_SYS(execveat),
                         SCMP_SYS(fork),
                         SCMP_SYS(vfork),
                         SCMP_SYS(creat),
                         SCMP_SYS(unlink),
                         SCMP_SYS(unlinkat),
                         SCMP_SYS(rename),
                         SCMP_SYS(renameat),
                         SCMP_SYS(renameat2),
                         SCMP_SYS(link),
                         SCMP_SYS(linkat),
                         SCMP_SYS(symlink),
                         SCMP_SYS(symlinkat),
                         SCMP_SYS(mkdir),
                         SCMP_SYS(mkdirat),
                         SCMP_SYS(rmdir),
                         SCMP_SYS(mknod),
                         SCMP_SYS(mknodat),
                         SCMP_SYS(truncate),
                         SCMP_SYS(ftruncate),
                         SCMP_SYS(fallocate),
                         SCMP_SYS(chmod),
                         SCMP_SYS(fchmod),
                         SCMP_SYS(fchmodat),
                         SCMP_SYS(chown),
                         SCMP_SYS(fchown),
                         SCMP_SYS(lchown),
                         SCMP_SYS(fchownat),
                         SCMP_SYS(setxattr),
                         SCMP_SYS(utimensat),
                         SCMP_SYS(ptrace),
                         SCMP_SYS(process_vm_readv),
                         SCMP_SYS(process_vm_writev),
                         SCMP_SYS(mount),
                         SCMP_SYS(chroot),
                         SCMP_SYS(unshare),
                         SCMP_SYS(setns),
                         SCMP_SYS(bpf),
                         SCMP_SYS(io_uring_setup),
                         SCMP_SYS(userfaultfd),
                         SCMP_SYS(kill),
                         SCMP_SYS(tkill),
                         SCMP_SYS(setuid),
                         SCMP_SYS(setgid),
                         SCMP_SYS(shmget),
                         SCMP_SYS(memfd_create)};

// Of fcntl, which can have signals sent, too, and tell others of a file's changes.
constexpr int file_commands[] = {F_GETFD,         F_SETFD,     F_GETFL,     F_DUPFD,
                                 F_DUPFD_CLOEXEC, F_GETLK,     F_SETLK,     F_SETLKW,
                                 F_OFD_GETLK,     F_OFD_SETLK, F_OFD_SETLKW};

class Rules {
 public:
  explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}

  // A call that this architecture has not is no mistake.
  template <class... Comparisons>
  void add(std::uint32_t action, int call, Comparisons... comparisons) {
    if (call < 0) return;
    const scmp_arg_cmp list[] = {comparisons..., {}};
    good_ =
        good_ && seccomp_rule_add_array(filter_, action, call, sizeof...(comparisons), list) == 0;
  }
  bool good() const { return good_; }

 private:
  scmp_filter_ctx filter_;
  bool good_ = true;
};

scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

Filter make_filter() {
  constexpr std::uint64_t writes = O_CREAT | O_TRUNC | O_APPEND;
  Filter filter(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), &seccomp_release);
  if (!filter) return filter;
  Rules rules(filter.get());
  seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  for (const int call : allowed) rules.add(SCMP_ACT_ALLOW, call);
  for (const int call : fatal) rules.add(SCMP_ACT_KILL_PROCESS, call);
  for (const auto& [call, flags] : {std::pair{SCMP_SYS(open), 1U}, {SCMP_SYS(openat), 2U}}) {
    rules.add(SCMP_ACT_ALLOW, call, masked(flags, O_ACCMODE | writes, O_RDONLY));
    for (const std::uint64_t mode : {O_WRONLY, O_RDWR}) {
      rules.add(SCMP_ACT_KILL_PROCESS, call, masked(flags, O_ACCMODE, mode));
    }
    for (const std::uint64_t flag : {O_CREAT, O_TRUNC}) {
      rules.add(SCMP_ACT_KILL_PROCESS, call, masked(flags, flag, flag));
    }
  }
  for (const int command : file_commands) {
    // The kernel takes 32 bits of it.
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(fcntl),
              masked(1, 0xffffffff, static_cast<std::uint64_t>(command)));
  }
  // What is shared is in no account of a process's data.
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), masked(3, MAP_TYPE, MAP_PRIVATE));
  // Threads, but no processes; clone3 is not looked into, and who has none takes clone.
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(clone), masked(0, CLONE_THREAD, CLONE_THREAD));
  rules.add(SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), masked(0, CLONE_THREAD, 0));
  // Of its own limits, those that are not there for good (child_limits).
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), scmp_arg_cmp{0, SCMP_CMP_EQ, 0, 0});
  if (!rules.good()) filter.reset();
  return filter;
}

bool is_switched_off() {
  const char* text = std::getenv("PPATCH_SANDBOX");
  return text != nullptr && std::string_view(text) == "off";
}

const Filter& filter() {
  static const Filter made = make_filter();
  return made;
}

}  // namespace

void prepare_sandbox() { filter(); }

Sandbox enter_sandbox() {
  if (is_switched_off()) return Sandbox::switched_off;
  if (!filter()) return Sandbox::refused;
  // Signals to itself, as abort() sends.
  Rules rules(filter().get());
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
            scmp_arg_cmp{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()), 0});
  if (rules.good() && seccomp_load(filter().get()) == 0) return Sandbox::entered;
  // Of a system without them this is no call; another filter would not answer so.
  const bool none = ::prctl(PR_GET_SECCOMP) < 0 && errno == EINVAL;
  return none ? Sandbox::not_supported : Sandbox::refused;
}

Sandbox probe_sandbox() {
  prepare_sandbox();
  const pid_t id = ::fork();
  if (id < 0) return Sandbox::refused;  // there will be no decoder, either
  if (id == 0) ::_exit(static_cast<int>(enter_sandbox()));
  int status = 0;
  while (::waitpid(id, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? static_cast<Sandbox>(WEXITSTATUS(status)) : Sandbox::refused;
}

}  // namespace ptychopatch::formats

#else

namespace ptychopatch::formats {

void prepare_sandbox() {}
Sandbox enter_sandbox() { return Sandbox::not_built; }
Sandbox probe_sandbox() { return Sandbox::not_built; }

}  // namespace ptychopatch::formats

#endif

namespace ptychopatch::formats {

const char* text_of(Sandbox sandbox) {
  switch (sandbox) {
    case Sandbox::entered:
      return "with a filter of system calls (libseccomp)";
    case Sandbox::not_built:
      return "without a filter of system calls: built without libseccomp";
    case Sandbox::not_supported:
      return "without a filter of system calls: this system has none";
    case Sandbox::switched_off:
      return "without a filter of system calls: PPATCH_SANDBOX is off";
    default:
      return "none: this system does not let them have their filter of system calls";
  }
}

}  // namespace ptychopatch::formats
