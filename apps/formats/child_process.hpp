// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_CHILD_PROCESS_HPP_
#define PTYCHOPATCH_APPS_FORMATS_CHILD_PROCESS_HPP_

#include <sys/types.h>

#include <functional>
#include <span>
#include <string>

#include "formats/file_descriptor.hpp"
#include "formats/message.hpp"

namespace ptychopatch::formats {

// A child in which a library runs that on damaged files reads and writes beyond its memory, crashes
// or does not end. There that costs a file, not this process.
class ChildProcess {
 public:
  // What the child does: see child_limits.hpp. It does not return.
  using Serve = void (*)(int socket);

  // library: as a sentence calls it.
  ChildProcess(Serve serve, std::string library);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  bool alive() const { return alive_; }

  // The answer, behind its Answer. FormatError where the file is refused or the child died of it;
  // name begins the sentence then. stop is asked now and then while there is no answer: where it
  // says so the child ends, and there is none.
  bool ask(const Message& question, const std::string& name, const std::function<bool()>& stop,
           Message& answer);
  // What follows an answer.
  void receive(std::span<std::byte> data, const std::string& name);

 private:
  [[noreturn]] void died(const std::string& name);
  bool wait(const std::function<bool()>& stop) const;

  std::string library_;
  FileDescriptor socket_;
  pid_t child_ = -1;
  bool alive_ = true;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_CHILD_PROCESS_HPP_
