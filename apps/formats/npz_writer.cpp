// SPDX-License-Identifier: Apache-2.0
#include "formats/npz_writer.hpp"

#include <zip.h>

#include <memory>

#include "formats/format_error.hpp"
#include "formats/text_array.hpp"
#include "formats/zip_streams.hpp"

namespace ptychopatch::formats {
namespace {

NpzWriter::Produce produce_once(std::span<const std::byte> bytes) {
  return [bytes]() mutable { return std::exchange(bytes, {}); };
}

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

}  // namespace

void NpzWriter::add(const std::string& key, const Tensor& tensor) {
  add_stream(key, tensor.dtype, tensor.shape, produce_once(tensor.data.span()));
}

void NpzWriter::add_text(const std::string& key, const std::string& utf8) {
  const auto array = std::make_shared<NpyArray>(text_array(utf8));
  const std::uint64_t bytes = array->data.size();
  members_.push_back({key + ".npy", format_npy_header(array->type, array->shape), bytes,
                      [array, produce = produce_once(array->data.span())] { return produce(); }});
}

void NpzWriter::add_stream(const std::string& key, ppatch_dtype dtype, const Shape& shape,
                           Produce produce) {
  const ElementType type = element_type(dtype);
  members_.push_back({key + ".npy", format_npy_header(type, shape),
                      bytes_of_shape(shape, type.size, "output key " + quoted(key)),
                      std::move(produce)});
}

std::uint64_t NpzWriter::bytes() const {
  constexpr std::uint64_t kDirectoryBytes = 256;
  std::uint64_t total = 0;
  for (const Member& member : members_) {
    total += member.header.size() + member.data_bytes + kDirectoryBytes;
  }
  return total;
}

void NpzWriter::write(OutputFile& file, bool deflate) {
  zip_error_t error;
  zip_error_init(&error);
  ZipSink sink(file);
  std::vector<std::unique_ptr<ZipMemberSource>> sources;
  std::unique_ptr<zip_t, Discard> archive(sink.open(&error));
  if (!archive)
    throw FormatError("cannot write " + file.name() + ": " + zip_error_strerror(&error));
  bool good = true;
  for (Member& member : members_) {
    sources.push_back(std::make_unique<ZipMemberSource>(member));
    zip_source_t* source = sources.back()->open(archive.get());
    const zip_int64_t index =
        source == nullptr
            ? -1
            : zip_file_add(archive.get(), member.file_name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      if (source != nullptr) zip_source_free(source);
      good = false;
      break;
    }
    const auto at = static_cast<zip_uint64_t>(index);
    constexpr zip_uint16_t kFirstDay = 0x21;  // 1980-01-01, as NumPy
    good = good &&
           zip_set_file_compression(archive.get(), at, deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
                                    0) == 0 &&
           zip_file_set_dostime(archive.get(), at, 0, kFirstDay, 0) == 0;
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
