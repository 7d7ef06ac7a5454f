// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zip.h>

#include <exception>

#include "formats/npz_writer.hpp"
#include "formats/output_file.hpp"

namespace ptychopatch::formats {

// What libzip calls is C: an exception is kept here until libzip has returned.
class ZipStream {
 public:
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 protected:
  ZipStream() { zip_error_init(&error_); }
  ~ZipStream() { zip_error_fini(&error_); }
  ZipStream(const ZipStream&) = delete;
  ZipStream& operator=(const ZipStream&) = delete;

  template <class Function>
  zip_int64_t guarded(int error, Function function) {
    try {
      return function();
    } catch (...) {
      failure_ = std::current_exception();
      zip_error_set(&error_, error, 0);
      return -1;
    }
  }
  zip_int64_t report(void* data, zip_uint64_t length) {
    return zip_error_to_data(&error_, data, length);
  }

 private:
  std::exception_ptr failure_;
  zip_error_t error_;
};

// The archive that libzip writes, as an OutputFile.
class ZipSink : public ZipStream {
 public:
  explicit ZipSink(OutputFile& file) : file_(file) {}
  // NULL on failure. The sink must outlive the archive.
  zip_t* open(zip_error_t* error);

 private:
  static zip_int64_t callback(void* self, void* data, zip_uint64_t length,
                              zip_source_cmd_t command);
  zip_int64_t run(void* data, zip_uint64_t length, zip_source_cmd_t command);
  zip_int64_t seek(void* data, zip_uint64_t length);

  OutputFile& file_;
  std::uint64_t end_ = 0;
};

// A member that libzip reads: the header, then what its producer makes.
class ZipMemberSource : public ZipStream {
 public:
  explicit ZipMemberSource(NpzWriter::Member& member) : member_(member) {}
  // NULL on failure. Must outlive the archive.
  zip_source_t* open(zip_t* archive);

 private:
  static zip_int64_t callback(void* self, void* data, zip_uint64_t length,
                              zip_source_cmd_t command);
  zip_int64_t read(std::span<std::byte> out);

  NpzWriter::Member& member_;
  std::span<const std::byte> piece_;
  bool header_read_ = false;
  std::uint64_t data_read_ = 0;
};

}  // namespace ptychopatch::formats
