// SPDX-License-Identifier: Apache-2.0
#include "formats/zip_streams.hpp"

#include <algorithm>
#include <stdexcept>

namespace ptychopatch::formats {

zip_t* ZipSink::open(zip_error_t* error) {
  zip_source_t* source = zip_source_function_create(&callback, this, error);
  if (source == nullptr) return nullptr;
  zip_t* archive = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, error);
  if (archive == nullptr) zip_source_free(source);
  return archive;
}

zip_int64_t ZipSink::callback(void* self, void* data, zip_uint64_t length,
                              zip_source_cmd_t command) {
  auto* sink = static_cast<ZipSink*>(self);
  if (command == ZIP_SOURCE_ERROR) return sink->report(data, length);
  return sink->guarded(ZIP_ER_WRITE, [&] { return sink->run(data, length, command); });
}

zip_int64_t ZipSink::run(void* data, zip_uint64_t length, zip_source_cmd_t command) {
  switch (command) {
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(
          ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
          ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_BEGIN_WRITE,
          ZIP_SOURCE_COMMIT_WRITE, ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_WRITE,
          ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_REMOVE, ZIP_SOURCE_SUPPORTS, -1);
    case ZIP_SOURCE_STAT: {
      auto* status = static_cast<zip_stat_t*>(data);
      zip_stat_init(status);
      status->size = end_;
      status->valid |= ZIP_STAT_SIZE;
      return static_cast<zip_int64_t>(sizeof *status);
    }
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

zip_int64_t ZipSink::seek(void* data, zip_uint64_t length) {
  zip_error_t error;
  zip_error_init(&error);
  const zip_int64_t offset =
      zip_source_seek_compute_offset(file_.tell(), end_, data, length, &error);
  zip_error_fini(&error);
  if (offset < 0) throw std::logic_error("libzip seeks outside of its archive");
  file_.seek(static_cast<std::uint64_t>(offset));
  return 0;
}

zip_source_t* ZipMemberSource::open(zip_t* archive) {
  return zip_source_function(archive, &callback, this);
}

zip_int64_t ZipMemberSource::callback(void* self, void* data, zip_uint64_t length,
                                      zip_source_cmd_t command) {
  auto* source = static_cast<ZipMemberSource*>(self);
  switch (command) {
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                            ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                            ZIP_SOURCE_SUPPORTS, -1);
    case ZIP_SOURCE_STAT: {
      auto* status = static_cast<zip_stat_t*>(data);
      zip_stat_init(status);
      status->size = source->member_.header.size() + source->member_.data_bytes;
      status->valid |= ZIP_STAT_SIZE;
      return static_cast<zip_int64_t>(sizeof *status);
    }
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

zip_int64_t ZipMemberSource::read(std::span<std::byte> out) {
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

}  // namespace ptychopatch::formats
