// SPDX-License-Identifier: Apache-2.0
#include "formats/output_lock.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

// FNV-1a: the same in every build, which std::hash is not.
std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// One for each file, whatever path leads to it: its folder's number, and its name there.
std::string key_of(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path file = std::filesystem::absolute(path, ignored);
  struct stat folder {};
  if (::stat(file.parent_path().c_str(), &folder) != 0)
    throw system_error("cannot find the folder of " + quoted(path));
  char key[80];
  std::snprintf(key, sizeof key, "ptychopatch-output-%jx-%jx-%jx",
                static_cast<std::uintmax_t>(folder.st_dev),
                static_cast<std::uintmax_t>(folder.st_ino),
                static_cast<std::uintmax_t>(hash_of(file.filename().string())));
  return key;
}

// A socket's abstract name belongs to one process, until it ends. No descriptor where sockets are
// not to be had: then there is no lock.
FileDescriptor bind_to(const std::string& key, const std::string& name) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return socket;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  key.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + key.size());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0) return socket;
  if (errno == EADDRINUSE) {
    throw FormatError("output " + name + " is being written by another process");
  }
  return {};
}

}  // namespace

OutputLock::OutputLock(const std::string& path, const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<FileDescriptor>> all;
  const std::string key = key_of(path);
  const std::lock_guard<std::mutex> guard(mutex);
  std::weak_ptr<FileDescriptor>& known = all[key];
  held_ = known.lock();
  if (held_) return;
  held_ = std::make_shared<FileDescriptor>(bind_to(key, name));
  known = held_;
}

}  // namespace ptychopatch::formats
