// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_HDF5_PROCESS_HPP_
#define PTYCHOPATCH_APPS_FORMATS_HDF5_PROCESS_HPP_

#include <sys/types.h>

#include <memory>
#include <span>
#include <string>

#include "formats/file_descriptor.hpp"
#include "formats/hdf5_message.hpp"

namespace ptychopatch::formats {

// Messages over a socket: their length, then they themselves. False where the other end is gone.
bool send_bytes(int socket, const void* data, std::size_t size);
bool receive_bytes(int socket, void* data, std::size_t size);
bool send_message(int socket, const Hdf5Message& message);
bool receive_message(int socket, Hdf5Message& message);

// A child in which the HDF5 library runs: on damaged files it reads and writes beyond its memory,
// crashes or does not end. There that costs a file, not this process.
class Hdf5Process {
 public:
  // The one for all files; another where the last one died.
  static std::shared_ptr<Hdf5Process> current();

  Hdf5Process();
  ~Hdf5Process();
  Hdf5Process(const Hdf5Process&) = delete;
  Hdf5Process& operator=(const Hdf5Process&) = delete;

  // The answer. FormatError where the file is refused or the child died of it; name begins the
  // sentence then.
  Hdf5Message ask(const Hdf5Message& question, const std::string& name);
  // What follows an answer.
  void receive(std::span<std::byte> data, const std::string& name);

 private:
  [[noreturn]] void died(const std::string& name);

  FileDescriptor socket_;
  pid_t child_ = -1;
  bool alive_ = true;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_HDF5_PROCESS_HPP_
