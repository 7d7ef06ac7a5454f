// SPDX-License-Identifier: Apache-2.0
#include "formats/bzip2.hpp"

#include <bzlib.h>

#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 16;

class Unpacker {
 public:
  explicit Unpacker(const std::string& source) : source_(source) {
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
  }
  ~Unpacker() { BZ2_bzDecompressEnd(&stream_); }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  Bytes unpack(ByteReader& reader) {
    Bytes in(kPiece), out(kPiece);
    std::size_t done = 0;
    for (;;) {
      if (stream_.avail_in == 0) {
        const std::size_t count = reader.read(in.span());
        if (count == 0) throw FormatError(source_ + ": truncated: the bzip2 data have no end");
        stream_.next_in = reinterpret_cast<char*>(in.data());
        stream_.avail_in = static_cast<unsigned>(count);
      }
      if (done == out.size()) {
        require_memory(2 * out.size(), source_);
        out.resize(2 * out.size());
      }
      const std::size_t room = std::min(out.size() - done, kPiece);
      stream_.next_out = reinterpret_cast<char*>(out.data() + done);
      stream_.avail_out = static_cast<unsigned>(room);
      const int status = BZ2_bzDecompress(&stream_);
      done += room - stream_.avail_out;
      if (status == BZ_STREAM_END) break;
      if (status != BZ_OK) throw FormatError(source_ + " is damaged: bzip2 cannot unpack it");
    }
    out.resize(done);
    return out;
  }

 private:
  const std::string& source_;
  bz_stream stream_{};
};

}  // namespace

Bytes unpack_bzip2(ByteReader& reader, const std::string& source) {
  return Unpacker(source).unpack(reader);
}

}  // namespace ptychopatch::formats
