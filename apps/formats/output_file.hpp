// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "formats/bytes.hpp"
#include "formats/file_descriptor.hpp"
#include "formats/output_lock.hpp"

namespace ptychopatch::formats {

// Where a result shall go. "-" is standard output.
struct OutputTarget {
  std::string path;  // symbolic links followed
  std::string name;  // for messages, quoted
  bool exists = false;
  bool special = false;  // a pipe or a device, written to as it is
  mode_t mode = 0;       // of the file that will be replaced

  // Refuses what cannot be written: an existing file without overwrite, a directory, a folder that
  // is missing or closed, a terminal.
  static OutputTarget check(const std::string& path, bool overwrite);

  std::string folder() const;
};

// A file that appears complete or not at all: it is written under no name (or, where the file
// system cannot do that, beside its target under a name of its own), and takes its name in
// publish(). Without publish() nothing is left behind. An output that another process writes is
// refused.
class OutputFile {
 public:
  enum class Temporary { automatic, named };

  OutputFile(const std::string& path, bool overwrite, Temporary temporary = Temporary::automatic);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  const std::string& name() const { return target_.name; }
  // Where the file lies until it is published, for a library that writes by a path. What was
  // written here before is then lost.
  std::string path() const;

  void write(std::span<const std::byte> bytes);
  void seek(std::uint64_t offset);
  std::uint64_t tell() const { return flushed_to_ + buffered_; }

  // Everything is on the disk when this returns.
  void finish();
  // After finish().
  void publish();
  bool special() const { return target_.special; }

  // Room that is left where the file is being written.
  std::uint64_t free_bytes() const;

 private:
  void open_elsewhere();
  void open_temporary(const std::string& folder);
  void flush();
  void link_into_place();
  void copy_to_target();

  OutputTarget target_;
  OutputLock lock_;
  bool overwrite_;
  Temporary temporary_;
  FileDescriptor file_;
  std::string temporary_path_;  // "" where the file has no name
  Bytes buffer_;
  std::size_t buffered_ = 0;
  std::uint64_t flushed_to_ = 0;
};

// All of a small file at once.
void write_file(const std::string& path, bool overwrite, std::span<const std::byte> bytes);

}  // namespace ptychopatch::formats
