// SPDX-License-Identifier: Apache-2.0
#include <zip.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>

#include "formats/array_writer.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

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
  static zip_int64_t describe(void* data, std::uint64_t size) {
    auto* status = static_cast<zip_stat_t*>(data);
    zip_stat_init(status);
    status->size = size;
    status->valid |= ZIP_STAT_SIZE;
    return static_cast<zip_int64_t>(sizeof *status);
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
  zip_t* open(zip_error_t* error) {
    zip_source_t* source = zip_source_function_create(&callback, this, error);
    if (source == nullptr) return nullptr;
    zip_t* archive = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, error);
    if (archive == nullptr) zip_source_free(source);
    return archive;
  }

 private:
  static zip_int64_t callback(void* self, void* data, zip_uint64_t length,
                              zip_source_cmd_t command) {
    auto* sink = static_cast<ZipSink*>(self);
    if (command == ZIP_SOURCE_ERROR) return sink->report(data, length);
    return sink->guarded(ZIP_ER_WRITE, [&] { return sink->run(data, length, command); });
  }

  zip_int64_t run(void* data, zip_uint64_t length, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_BEGIN_WRITE,
            ZIP_SOURCE_COMMIT_WRITE, ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_WRITE,
            ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_REMOVE, ZIP_SOURCE_SUPPORTS,
            -1);
      case ZIP_SOURCE_STAT:
        return describe(data, end_);
      case ZIP_SOURCE_WRITE:
        file_.write({static_cast<const std::byte*>(data), length});
        end_ = std::max(end_, file_.tell());
        return static_cast<zip_int64_t>(length);
      case ZIP_SOURCE_SEEK_WRITE:
        return seek(data, length);
      case ZIP_SOURCE_TELL_WRITE:
        return static_cast<zip_int64_t>(file_.tell());
      default:
        return 0;
    }
  }

  zip_int64_t seek(void* data, zip_uint64_t length) {
    zip_error_t error;
    zip_error_init(&error);
    const zip_int64_t offset =
        zip_source_seek_compute_offset(file_.tell(), end_, data, length, &error);
    zip_error_fini(&error);
    if (offset < 0) throw std::logic_error("libzip seeks outside of its archive");
    file_.seek(static_cast<std::uint64_t>(offset));
    return 0;
  }

  OutputFile& file_;
  std::uint64_t end_ = 0;
};

struct Member {
  std::string header;
  std::uint64_t data_bytes = 0;
  ArrayWriter::Produce produce;
};

// A member that libzip reads: the header, then what its producer makes.
class ZipMemberSource : public ZipStream {
 public:
  explicit ZipMemberSource(Member member) : member_(std::move(member)) {}

  // NULL on failure. Must outlive the archive.
  zip_source_t* open(zip_t* archive) { return zip_source_function(archive, &callback, this); }

 private:
  static zip_int64_t callback(void* self, void* data, zip_uint64_t length,
                              zip_source_cmd_t command) {
    auto* source = static_cast<ZipMemberSource*>(self);
    switch (command) {
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                              ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                              ZIP_SOURCE_SUPPORTS, -1);
      case ZIP_SOURCE_STAT:
        return describe(data, source->member_.header.size() + source->member_.data_bytes);
      case ZIP_SOURCE_ERROR:
        return source->report(data, length);
      case ZIP_SOURCE_READ:
        return source->guarded(ZIP_ER_READ, [&] {
          return source->read({static_cast<std::byte*>(data), length});
        });
      default:
        return 0;
    }
  }

  zip_int64_t read(std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
      if (piece_.empty()) {
        if (!header_read_) {
          piece_ = std::as_bytes(std::span(member_.header));
          header_read_ = true;
        } else {
          piece_ = member_.produce();
          data_read_ += piece_.size();
          if (piece_.empty() && data_read_ == member_.data_bytes) break;
          if (piece_.empty() || data_read_ > member_.data_bytes) {
            throw std::logic_error("a member's producer and its header disagree");
          }
        }
      }
      const std::size_t count = std::min(piece_.size(), out.size() - done);
      std::memcpy(out.data() + done, piece_.data(), count);
      piece_ = piece_.subspan(count);
      done += count;
    }
    return static_cast<zip_int64_t>(done);
  }

  Member member_;
  std::span<const std::byte> piece_;
  bool header_read_ = false;
  std::uint64_t data_read_ = 0;
};

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

}  // namespace

void NpzWriter::write(OutputFile& file, bool deflate) {
  zip_error_t error;
  zip_error_init(&error);
  ZipSink sink(file);
  std::vector<std::unique_ptr<ZipMemberSource>> sources;
  std::unique_ptr<zip_t, Discard> archive(sink.open(&error));
  if (!archive)
    throw FormatError("cannot write " + file.name() + ": " + zip_error_strerror(&error));
  const auto add = [&](const std::string& key, Member member) {
    sources.push_back(std::make_unique<ZipMemberSource>(std::move(member)));
    zip_source_t* source = sources.back()->open(archive.get());
    if (source == nullptr) return false;
    const zip_int64_t index =
        zip_file_add(archive.get(), (key + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      return false;
    }
    const auto at = static_cast<zip_uint64_t>(index);
    constexpr zip_uint16_t first_day = 0x21;  // 1980-01-01, as NumPy
    return zip_set_file_compression(archive.get(), at, deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
                                    0) == 0 &&
           zip_file_set_dostime(archive.get(), at, 0, first_day, 0) == 0;
  };
  bool good = true;
  for (const Array& array : arrays_) {
    good = good && add(array.key, {format_npy_header(array.type, array.shape),
                                   bytes_of_shape(array.shape, array.type.size,
                                                  "output key " + quoted(array.key)),
                                   array.produce});
  }
  std::vector<NpyArray> texts;
  texts.reserve(texts_.size());
  for (const auto& [key, text] : texts_) {
    const NpyArray& array = texts.emplace_back(text_array(text));
    good = good && add(key, {format_npy_header(array.type, array.shape), array.data.size(),
                             produce_once(array.data.span())});
  }
  if (good && zip_close(archive.get()) == 0) {
    static_cast<void>(archive.release());  // zip_close has freed it
    return;
  }
  for (const auto& source : sources) source->rethrow();
  sink.rethrow();
  throw FormatError("cannot write " + file.name() + ": " + zip_strerror(archive.get()));
}

}  // namespace ptychopatch::formats
