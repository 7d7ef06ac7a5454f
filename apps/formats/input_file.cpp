// SPDX-License-Identifier: Apache-2.0
#include "formats/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <string_view>

#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {

InputFile::InputFile(const std::string& path) : path_(path) {
  // Without O_NONBLOCK opening a pipe that nobody writes to would wait for ever.
  file_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file_) throw system_error("cannot open " + quoted(path));
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) throw system_error("cannot inspect " + quoted(path));
  if (S_ISDIR(status.st_mode)) throw FormatError(quoted(path) + " is a directory, expected a file");
  if (!S_ISREG(status.st_mode)) {
    throw FormatError(quoted(path) + " is a device or a pipe, expected a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

std::size_t InputFile::read(std::span<std::byte> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = ::read(file_.get(), out.data() + done, out.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot read " + quoted(path_));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

void InputFile::seek(std::uint64_t place) {
  if (::lseek(file_.get(), static_cast<off_t>(place), SEEK_SET) < 0) {
    throw system_error("cannot read " + quoted(path_));
  }
}

std::string read_text_file(const std::string& path, std::uint64_t most_bytes) {
  InputFile file(path);
  if (file.size() > most_bytes) {
    throw FormatError(quoted(path) + " has " + size_text(file.size()) + ", expected at most " +
                      size_text(most_bytes) + " of text");
  }
  require_memory(file.size(), quoted(path));
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  text.resize(file.read(std::as_writable_bytes(std::span(text))));
  return text;
}

Container container_of(const std::string& path) {
  InputFile file(path);
  std::array<std::byte, magic_bytes> first{};
  const std::size_t count = file.read(first);
  return container_of(std::span<const std::byte>(first).first(count));
}

Container container_of(std::span<const std::byte> first_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(first_bytes.data()),
                              first_bytes.size());
  if (text.starts_with("\x93NUMPY")) return Container::npy;
  if (text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06")) return Container::zip;
  if (text.starts_with("\x89HDF\r\n\x1a\n")) return Container::hdf5;
  // The byte order ends the header.
  const bool ordered = text.ends_with("IM") || text.ends_with("MI");
  if (text.starts_with("MATLAB 7.3") || (text.starts_with("MATLAB") && ordered)) {
    return Container::mat;
  }
  if (text.starts_with("BZh")) return Container::bzip2;
  return Container::unknown;
}

}  // namespace ptychopatch::formats
