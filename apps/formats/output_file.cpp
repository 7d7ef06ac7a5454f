// SPDX-License-Identifier: Apache-2.0
#include "formats/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <random>
#include <vector>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

std::string random_suffix() {
  std::random_device device;
  return std::to_string(::getpid()) + "-" + std::to_string(device());
}

std::string path_of(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

OutputTarget standard_output() {
  if (::isatty(STDOUT_FILENO) != 0) {
    throw FormatError("standard output is a terminal, expected -o FILE or a pipe");
  }
  return {.path = "-", .name = "standard output", .special = true};
}

}  // namespace

std::string OutputTarget::folder() const {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

OutputTarget OutputTarget::check(const std::string& path, bool overwrite) {
  if (path == "-") return standard_output();
  OutputTarget target;
  target.path = path;
  target.name = quoted(path);
  if (path.empty() || path.back() == '/') {
    throw FormatError("output " + target.name + " names no file");
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      throw FormatError("output " + target.name + " is a directory, expected a file");
    }
    if (S_ISBLK(status.st_mode) || S_ISSOCK(status.st_mode)) {
      throw FormatError("output " + target.name +
                        " is a block device or a socket, expected a file");
    }
    if (!S_ISREG(status.st_mode)) {
      target.special = true;
      return target;
    }
    if (!overwrite) {
      throw FormatError("output " + target.name + " exists; give --overwrite to replace it");
    }
    target.exists = true;
    target.mode = status.st_mode & 07777;
    std::error_code unresolved;
    const auto real = std::filesystem::canonical(path, unresolved);
    if (!unresolved) target.path = real.string();
  } else if (errno != ENOENT) {
    throw system_error("cannot write output " + target.name);
  } else if (::lstat(path.c_str(), &status) == 0) {
    throw FormatError("output " + target.name + " is a symbolic link to nothing");
  }
  const std::string folder = target.folder();
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw system_error("cannot write output " + target.name + " in folder " + quoted(folder));
  }
  return target;
}

OutputFile::OutputFile(const std::string& path, bool overwrite, Temporary temporary)
    : target_(OutputTarget::check(path, overwrite)),
      overwrite_(overwrite),
      temporary_(temporary),
      buffer_(buffer_bytes) {
  if (target_.special) {
    open_elsewhere();
  } else {
    lock_ = OutputLock(target_.path, target_.name);
    open_temporary(target_.folder());
    if (target_.exists) ::fchmod(file_.get(), target_.mode);
  }
}

OutputFile::~OutputFile() {
  if (!temporary_path_.empty()) ::unlink(temporary_path_.c_str());
}

// In the first folder for temporary files that takes one.
void OutputFile::open_elsewhere() {
  const char* wanted = std::getenv("TMPDIR");
  std::vector<std::string> folders = {"/tmp", "/var/tmp", "."};
  if (wanted != nullptr && *wanted != '\0') folders.insert(folders.begin(), wanted);
  for (std::size_t i = 0; i < folders.size(); ++i) {
    try {
      return open_temporary(folders[i]);
    } catch (const FormatError&) {
      if (i + 1 == folders.size()) throw;
    }
  }
}

void OutputFile::open_temporary(const std::string& folder) {
  constexpr mode_t file_mode = 0666;
  const bool can_be_linked = ::access("/proc/self/fd", X_OK) == 0;
  if (temporary_ == Temporary::automatic && can_be_linked) {
    file_ = FileDescriptor(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, file_mode));
    if (file_) return;
    // These say that the file system cannot, not that the folder is closed to us.
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT) {
      throw system_error("cannot write " + target_.name + " in folder " + quoted(folder));
    }
  }
  const std::string path = folder + "/.ptychopatch-" + random_suffix() + ".tmp";
  file_ = FileDescriptor(::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, file_mode));
  if (!file_) throw system_error("cannot write " + target_.name + " in folder " + quoted(folder));
  temporary_path_ = path;
}

std::string OutputFile::path() const {
  return temporary_path_.empty() ? path_of(file_.get()) : temporary_path_;
}

void OutputFile::write(std::span<const std::byte> bytes) {
  if (bytes.size() > buffer_.size() - buffered_) flush();
  if (bytes.size() > buffer_.size()) {
    write_all(file_.get(), bytes, "cannot write " + target_.name);
    flushed_to_ += bytes.size();
    return;
  }
  if (!bytes.empty()) std::memcpy(buffer_.data() + buffered_, bytes.data(), bytes.size());
  buffered_ += bytes.size();
}

void OutputFile::flush() {
  write_all(file_.get(), buffer_.span().first(buffered_), "cannot write " + target_.name);
  flushed_to_ += buffered_;
  buffered_ = 0;
}

void OutputFile::seek(std::uint64_t offset) {
  flush();
  if (::lseek(file_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
    throw system_error("cannot write " + target_.name);
  }
  flushed_to_ = offset;
}

void OutputFile::finish() {
  flush();
  // A full disk may show only here.
  if (!target_.special && ::fsync(file_.get()) != 0) {
    throw system_error("cannot write " + target_.name);
  }
}

void OutputFile::publish() {
  if (target_.special) {
    copy_to_target();
    return;
  }
  link_into_place();
  const FileDescriptor folder(::open(target_.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
}

void OutputFile::link_into_place() {
  if (temporary_path_.empty()) {
    // A link cannot replace a file; so a name beside it comes first.
    const std::string path =
        overwrite_ ? target_.folder() + "/.ptychopatch-" + random_suffix() + ".tmp" : target_.path;
    if (::linkat(AT_FDCWD, path_of(file_.get()).c_str(), AT_FDCWD, path.c_str(),
                 AT_SYMLINK_FOLLOW) != 0) {
      throw system_error("cannot write " + target_.name);
    }
    if (!overwrite_) return;
    temporary_path_ = path;
  }
  const char* from = temporary_path_.c_str();
  const char* to = target_.path.c_str();
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, overwrite_ ? 0 : RENAME_NOREPLACE) == 0) {
    temporary_path_.clear();
  } else if (overwrite_ || errno != EINVAL || ::link(from, to) != 0) {
    throw system_error("cannot write " + target_.name);
  }
}

void OutputFile::copy_to_target() {
  FileDescriptor opened;
  int target = STDOUT_FILENO;
  if (target_.path != "-") {
    opened = FileDescriptor(::open(target_.path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!opened) throw system_error("cannot open " + target_.name);
    target = opened.get();
  }
  if (::lseek(file_.get(), 0, SEEK_SET) < 0) throw system_error("cannot write " + target_.name);
  for (;;) {
    const ssize_t count = ::read(file_.get(), buffer_.data(), buffer_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot write " + target_.name);
    if (count == 0) return;
    write_all(target, buffer_.span().first(static_cast<std::size_t>(count)),
              "cannot write " + target_.name);
  }
}

std::uint64_t OutputFile::free_bytes() const {
  struct statvfs status {};
  if (::fstatvfs(file_.get(), &status) != 0) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

void write_file(const std::string& path, bool overwrite, std::span<const std::byte> bytes) {
  OutputFile file(path, overwrite);
  file.write(bytes);
  file.finish();
  file.publish();
}

}  // namespace ptychopatch::formats
